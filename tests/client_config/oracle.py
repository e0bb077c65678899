"""botocore's own answer to a case: which keys, by which method, which region, which endpoint.

One process imports botocore once; every case runs in a fork of it with its own environment, so no state is shared.
"""
import atexit
import json
import os
import shutil
import sys
import tempfile
import traceback

# botocore looks for the user's home once, when it is imported: all cases have the same one
HOME = os.environ["HOME"] = tempfile.mkdtemp(prefix="cynamo-config-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)  # forks end by os._exit
import botocore.compat  # noqa: E402
import botocore.session  # noqa: E402
import botocore.utils
from botocore.awsrequest import AWSResponse
from botocore.config import Config

DUMMY = {"aws_access_key_id": "AKIDDUMMY", "aws_secret_access_key": "dummy"}


class _Empty:
    def stream(self):
        return iter(())

    def read(self, *_):
        return b""


class _Sent(Exception):
    pass


HAS_LOGIN = botocore.compat.EC is not None

# the descriptions of the services are read once, here, and not in every fork
LOADER = botocore.session.Session().get_component("data_loader")


def _session(options):
    session = botocore.session.Session(profile=options.get("profile"))
    session.register_component("data_loader", LOADER)
    return session


def warm():
    session = _session({})
    for service in ("dynamodb", "dynamodbstreams", "sts", "sso", "sso-oidc", "signin"):
        session.create_client(service, region_name="us-east-1", **DUMMY)


def _credentials(options):
    """The keys as a client would use them: create_client takes explicit keys first."""
    session = _session(options)
    client = session.create_client("dynamodb", region_name="us-east-1", endpoint_url="http://127.0.0.1:1",
                                   **_explicit(options))
    found = client._request_signer._credentials
    if found is None:
        return {"error": "NoCredentials"}
    frozen = found.get_frozen_credentials()
    expires = getattr(found, "_expiry_time", None)
    return {"access_key": frozen.access_key, "secret_key": frozen.secret_key, "token": frozen.token,
            "account": frozen.account_id, "method": found.method,
            "expires_ms": int(expires.timestamp() * 1000) if expires else 0}


def _explicit(options):
    names = {"access_key": "aws_access_key_id", "secret_key": "aws_secret_access_key", "token": "aws_session_token",
             "account": "aws_account_id"}
    return {names[k]: v for k, v in options.items() if k in names}


def _endpoint(options, use_own_keys, service):
    """Where ListTables would be sent, and the Region in its signature."""
    session = _session(options)
    keys = _explicit(options) if use_own_keys else DUMMY
    client = session.create_client(service, region_name=options.get("region"), endpoint_url=options.get("endpoint_url"),
                                   config=Config(retries={"total_max_attempts": 1}), **keys)
    seen = {}

    def before_send(request, **_):
        seen["url"] = request.url
        seen["auth"] = request.headers.get("Authorization", b"")
        raise _Sent()

    client.meta.events.register("before-send", before_send)
    try:
        CALLS[service](client)
    except _Sent:
        pass
    auth = seen["auth"].decode() if isinstance(seen["auth"], bytes) else seen["auth"]
    answer = {"url": seen["url"].partition("?")[0].rstrip("/"), "region": client.meta.region_name}
    if "Credential=" in auth:
        answer["signing_region"] = auth.split("Credential=", 1)[1].split("/")[2]
    for path in ("/federation/credentials", "/v1/token", "/token"):
        answer["url"] = answer["url"].removesuffix(path)
    return answer


CALLS = {
    "dynamodb": lambda client: client.list_tables(),
    "dynamodbstreams": lambda client: client.list_streams(),
    "sts": lambda client: client.get_caller_identity(),
    "sso": lambda client: client.get_role_credentials(roleName="r", accountId="1", accessToken="t"),
    "sso-oidc": lambda client: client.create_token(clientId="c", clientSecret="s", grantType="refresh_token", refreshToken="r"),
    "signin": lambda client: client.create_o_auth2_token(
        tokenInput={"clientId": "arn:aws:signin:::devtools/same-device", "grantType": "refresh_token", "refreshToken": "r"}),
}


def _attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        if os.environ.get("ORACLE_TRACE"):
            traceback.print_exc(file=sys.stderr)
        return {"error": type(error).__name__, "text": str(error)[:300]}


def answer(options, container_host=None):
    if container_host:
        botocore.utils.ContainerMetadataFetcher.IP_ADDRESS = container_host
    # botocore sleeps between its tries; a stand-in does not need that
    botocore.utils.ContainerMetadataFetcher.SLEEP_TIME = 0
    keys = _attempt(_credentials, options)
    own = "error" not in keys
    return {"credentials": keys,
            "endpoint": _attempt(_endpoint, options, own, options.get("service", "dynamodb"))}


def ask(options, environment, folder, container_host=None):
    """Runs answer() in a fork with exactly this environment."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            if not environment.get("ORACLE_TRACE"):
                os.dup2(null, 1)
                os.dup2(null, 2)
            with os.fdopen(writer, "w") as out:
                json.dump(answer(options, container_host), out)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as inp:
        text = inp.read()
    os.waitpid(child, 0)
    return json.loads(text)


warm()
