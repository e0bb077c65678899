"""Stand-ins that speak the protocols of IMDS, STS, a container's endpoint, IAM Identity Center (SSO), its OIDC service and
the Sign-In service, all on one port: http://127.0.0.1:PORT/KIND/MODE/…

What they hand out is made from what they were asked (and by which key it was signed), so two clients get the same keys only
if they asked the same.
"""
import datetime
import hashlib
import http.server
import json
import re
import threading
import time
import urllib.parse

FUTURE = "2099-01-01T00:00:00Z"
FUTURE_MS = 4070908800000
ROLE = "the-role"


def _keys(*parts):
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest().upper()
    return "ASIA" + digest[:16], digest[16:56], digest[56:] + "/token=="


def _expiry(mode):
    """A mode may end in "-in-SECONDS": then the keys live that long."""
    match = re.search(r"-in-(-?\d+)$", mode)
    if not match:
        return FUTURE
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=int(match.group(1)))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _answer(self, status, body=b"", content_type="application/json", headers=()):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        with self.server.lock:
            self.server.log.append((self.command, self.path, dict(self.headers), body.decode("utf-8", "replace")))
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        kind, mode, rest = parts[0], parts[1] if len(parts) > 1 else "", "/".join(parts[2:])
        getattr(self, "_serve_" + kind, self._no)(mode, rest, urllib.parse.parse_qs(query), body)

    do_GET = do_POST = do_PUT = _serve

    def _no(self, *_):
        self._answer(404, "no such stand-in")

    def _tries(self, key):
        with self.server.lock:
            self.server.tries[key] = self.server.tries.get(key, 0) + 1
            return self.server.tries[key]

    def _scope(self):
        """Who signed: access key, Region and service of the scope, token."""
        match = re.search(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/", self.headers.get("Authorization", ""))
        return [*(match.groups() if match else ()), self.headers.get("X-Amz-Security-Token")]

    # ---- IMDS ----

    def _serve_imds(self, mode, rest, query, body):
        base = mode.split("-in-")[0]
        if rest == "latest/api/token":
            if self.command != "PUT" or "x-aws-ec2-metadata-token-ttl-seconds" not in self.headers:
                return self._answer(400)
            statuses = {"v1": 404, "v1-403": 403, "v1-405": 405, "token-400": 400, "token-500": 500}
            if base in statuses:
                return self._answer(statuses[base])
            if base == "slow-token":
                time.sleep(2.5)
            return self._answer(200, "imds-token" if base != "empty-token" else "", "text/plain")
        token = self.headers.get("x-aws-ec2-metadata-token")
        if base.startswith("v2") and token != "imds-token":
            return self._answer(401)
        if base == "flaky" and self._tries(("imds", mode, rest)) == 1:
            return self._answer(500)
        root = "latest/meta-data/iam/security-credentials"
        if rest == root:
            answers = {"no-role": (404, ""), "list-500": (500, ""), "empty-list": (200, "")}
            status, text = answers.get(base, (200, ROLE))
            return self._answer(status, text, "text/plain")
        if rest == f"{root}/{ROLE}":
            if base == "bad-json":
                return self._answer(200, "{not json")
            if base == "failed":
                return self._answer(200, {"Code": "Failed", "Message": "no role"})
            if base == "keys-404":
                return self._answer(404, "")
            if base == "no-keys":
                return self._answer(200, {"Code": "Success", "AccessKeyId": "A"})
            access, secret, session = _keys("imds", "token" if token else "none")
            answer = {"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": access,
                      "SecretAccessKey": secret, "Token": session, "Expiration": _expiry(mode)}
            if base == "v2-account":
                answer["AccountId"] = "123456789012"
            return self._answer(200, answer)
        self._answer(404)

    # ---- STS ----

    def _serve_sts(self, mode, rest, query, body):
        form = {k: v[0] for k, v in urllib.parse.parse_qs(body.decode(), keep_blank_values=True).items()}
        base = mode.split("-in-")[0]
        if base == "denied":
            return self._answer(403, '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
                                "<Code>AccessDenied</Code><Message>not &lt;you&gt;</Message></Error></ErrorResponse>", "text/xml")
        if base == "broken":
            return self._answer(200, "<AssumeRoleResponse><AssumeRoleResult>", "text/xml")
        if base == "flaky" and self._tries(("sts", form.get("RoleArn"))) % 2 == 1:
            return self._answer(500, "", "text/xml")
        action = form.get("Action", "")
        wanted = {k: v for k, v in form.items() if k != "RoleSessionName" or not re.match(r"botocore-session-|cynamo-", v)}
        who = [] if action == "AssumeRoleWithWebIdentity" else self._scope()
        access, secret, session = _keys("sts", wanted, who)
        arn = re.sub(r"^arn:([^:]*):iam::(\d*):role/(.*)$", r"arn:\1:sts::\2:assumed-role/\3/s", form.get("RoleArn", ""))
        self._answer(200, f"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <{action}Result>
    <AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>{access}</AccessKeyId>
      <SecretAccessKey>{secret}</SecretAccessKey>
      <SessionToken>{session}</SessionToken>
      <Expiration>{_expiry(mode)}</Expiration>
    </Credentials>
  </{action}Result>
  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</{action}Response>""", "text/xml")

    # ---- containers ----

    def _serve_container(self, mode, rest, query, body):
        base = mode.split("-in-")[0]
        statuses = {"404": 404, "500": 500, "redirect": 302}
        if base in statuses:
            return self._answer(statuses[base], {"message": "no"}, headers=[("Location", "/container/ok")])
        if base == "bad-json":
            return self._answer(200, "<html>")
        if base == "flaky" and self._tries("container") % 2 == 1:
            return self._answer(500)
        access, secret, session = _keys("container", self.headers.get("Authorization"), query)
        answer = {"AccessKeyId": access, "SecretAccessKey": secret, "Token": session, "Expiration": _expiry(mode)}
        if base == "account":
            answer["AccountId"] = "123456789012"
        if base == "no-expiry":
            del answer["Expiration"]
        if base == "no-token":
            del answer["Token"]
        if base == "no-keys":
            del answer["SecretAccessKey"]
        self._answer(200, answer)

    # ---- SSO and its OIDC service ----

    def _serve_sso(self, mode, rest, query, body):
        base = mode.split("-in-")[0]
        if rest != "federation/credentials" or self.command != "GET":
            return self._answer(404)
        if base == "denied":
            return self._answer(401, {"__type": "UnauthorizedException", "message": "Session token not found or invalid"},
                                headers=[("x-amzn-ErrorType", "UnauthorizedException")])
        if base == "flaky" and self._tries("sso") % 2 == 1:
            return self._answer(500, {})
        access, secret, session = _keys("sso", query, self.headers.get("x-amz-sso_bearer_token"))
        moment = datetime.datetime.strptime(_expiry(mode), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        self._answer(200, {"roleCredentials": {"accessKeyId": access, "secretAccessKey": secret, "sessionToken": session,
                                               "expiration": int(moment.timestamp() * 1000)}})

    def _serve_oidc(self, mode, rest, query, body):
        if rest != "token" or self.command != "POST":
            return self._answer(404)
        if mode == "denied":
            return self._answer(400, {"error": "invalid_grant", "error_description": "no"},
                                headers=[("x-amzn-ErrorType", "InvalidGrantException")])
        asked = json.loads(body)
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        answer = {"accessToken": "new-" + digest, "tokenType": "Bearer", "expiresIn": 28800}
        if mode != "no-refresh":
            answer["refreshToken"] = "next-refresh"
        self._answer(200, answer)

    # ---- Sign-In ----

    def _serve_signin(self, mode, rest, query, body):
        if self.command != "POST" or mode == "denied":
            return self._answer(400, {"error": "TOKEN_EXPIRED", "message": "log in again"},
                                headers=[("x-amzn-ErrorType", "AccessDeniedException")])
        access, secret, session = _keys("signin", json.loads(body), bool(self.headers.get("DPoP")))
        self._answer(200, {"accessToken": {"accessKeyId": access, "secretAccessKey": secret, "sessionToken": session},
                           "tokenType": "aws_sigv4", "expiresIn": 3600, "refreshToken": "next-refresh"})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.log, self.tries = [], {}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_):
        pass  # a client that went away

    @property
    def port(self):
        return self.server_address[1]

    def take_log(self):
        with self.lock:
            log, self.log = self.log, []
            self.tries.clear()
            return log
