"""The table: files and environment in, whatever botocore makes of them out.

{base} is the stand-in servers' address, {home} the home folder, {port} their port. A case with `ours` is one in which
Cynamo is meant to differ, and says how and why.
"""
import datetime
import hashlib
import json

CASES = []
K = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK"}
R = {"AWS_DEFAULT_REGION": "eu-west-1"}
S1 = "aws_access_key_id = A1\naws_secret_access_key = S1\n"
S2 = "aws_access_key_id = A2\naws_secret_access_key = S2\n"
STS = {"AWS_ENDPOINT_URL_STS": "{base}/sts/ok"}
ARN = "arn:aws:iam::123456789012:role/path/the-role"


def case(name, config=None, credentials=None, env=None, files=None, ours=None, only=None, slack=0, **options):
    """`only`: compare "credentials" or "endpoint" alone. `slack`: seconds by which expiries may differ."""
    CASES.append(dict(name=name, config=config, credentials=credentials, env=env or {}, files=files or {}, ours=ours, only=only,
                      slack=slack, options=options))


def soon(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- the environment ----
case("nothing at all")
case("env keys", env={**K, **R})
case("env token", env={**K, **R, "AWS_SESSION_TOKEN": "T"})
case("env security token wins", env={**K, **R, "AWS_SESSION_TOKEN": "T", "AWS_SECURITY_TOKEN": "ST"})
case("env empty security token", env={**K, **R, "AWS_SESSION_TOKEN": "T", "AWS_SECURITY_TOKEN": ""})
case("env empty token", env={**K, **R, "AWS_SESSION_TOKEN": ""})
case("env key without secret", env={"AWS_ACCESS_KEY_ID": "AK", **R})
case("env key without secret, file has keys", credentials="[default]\n" + S1, env={"AWS_ACCESS_KEY_ID": "AK", **R})
case("env empty secret", env={"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "", **R})
case("env secret without key", env={"AWS_SECRET_ACCESS_KEY": "SK", **R})
case("env empty key", env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "SK", **R}, credentials="[default]\n" + S1)
case("env expiry to come", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00Z"})
case("env expiry with zone", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T02:00:00+02:00"})
case("env expiry with fraction", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00.250Z"})
case("env expiry past", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"})
case("env expiry near", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": soon(3600)})
case("env expiry no time", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": "tomorrow?"})
case("env empty expiry", env={**K, **R, "AWS_CREDENTIAL_EXPIRATION": ""})
case("env account", env={**K, **R, "AWS_ACCOUNT_ID": "123456789012"})
case("env empty account", env={**K, **R, "AWS_ACCOUNT_ID": ""})
case("env utf-8", env={**K, "AWS_SECRET_ACCESS_KEY": "gehéim", **R}, only="credentials")

# ---- explicit keys ----
case("explicit keys", access_key="A", secret_key="S", region="us-west-2", env=K)
case("explicit token", access_key="A", secret_key="S", token="T", region="us-west-2")
case("explicit account", access_key="A", secret_key="S", account="111122223333", region="us-west-2")
case("explicit key alone", access_key="A", region="us-west-2", env=K)
case("explicit secret alone", secret_key="A", region="us-west-2", env=K)
case("explicit keys and a profile", "[profile a]\n" + S1, access_key="A", secret_key="S", profile="a", region="us-west-2")
case("explicit keys and a missing profile", access_key="A", secret_key="S", profile="a", region="us-west-2", only="endpoint")

# ---- profiles ----
TWO = "[default]\n" + S1 + "region = us-west-1\n[profile b]\n" + S2 + "region = us-west-2\n"
case("config default", TWO)
case("config AWS_PROFILE", TWO, env={"AWS_PROFILE": "b"})
case("config AWS_DEFAULT_PROFILE", TWO, env={"AWS_DEFAULT_PROFILE": "b"})
case("config both profile variables", TWO, env={"AWS_DEFAULT_PROFILE": "b", "AWS_PROFILE": "default"})
case("profile variable empty", TWO, env={"AWS_PROFILE": ""})
case("profile option", TWO, profile="b")
case("profile option over variable", TWO, profile="b", env={"AWS_PROFILE": "default"})
case("profile option drops env keys", TWO, profile="b", env=K)
case("profile variable keeps env keys", TWO, env={**K, "AWS_PROFILE": "b"})
case("profile option without keys, env keys", "[profile c]\nregion = us-west-2\n", profile="c", env=K)
case("profile missing", TWO, profile="nope", env=K)
case("profile missing by variable", TWO, env={**K, "AWS_PROFILE": "nope"})
case("profile default missing by option", profile="default", env=K, region="us-west-2")
case("credentials file", credentials="[default]\n" + S1 + "region = us-west-2\n")
case("credentials file profile", credentials="[default]\n" + S1 + "[x]\n" + S2, profile="x", env=R)
case("credentials over config", "[default]\nregion = us-west-2\n" + S1, "[default]\n" + S2)
case("credentials file knows no prefix", credentials="[profile x]\n" + S1, profile="x", env=R)
case("credentials file section with blank", credentials="[profile x]\n" + S1, profile="profile x", env=R)
case("credentials partial", "[default]\n" + S1, "[default]\naws_access_key_id = A\n", env=R)
case("credentials secret only", "[default]\n" + S1, "[default]\naws_secret_access_key = S\n", env=R)
case("credentials empty values", credentials="[default]\naws_access_key_id =\naws_secret_access_key =\n", env=R, only="credentials")
case("credentials tokens", credentials="[default]\n" + S1 + "aws_security_token = x\naws_session_token = y\n", env=R)
case("credentials session token", credentials="[default]\n" + S1 + "aws_session_token = y\n", env=R)
case("credentials account", credentials="[default]\n" + S1 + "aws_account_id = 123456789012\n", env=R)
case("config account and token", "[default]\n" + S1 + "aws_account_id = 123456789012\naws_session_token = t\n", env=R)
case("config partial", "[default]\naws_access_key_id = A\n", env=R)
case("region from both files", "[default]\nregion = us-west-1\n", "[default]\nregion = us-west-2\n" + S1)
case("region of the credentials file", credentials="[default]\nregion = us-west-2\n" + S1)
case("AWS_CONFIG_FILE", env={**R, "AWS_CONFIG_FILE": "{home}/c"}, files={"c": "[default]\n" + S1})
case("AWS_CONFIG_FILE ~", env={**R, "AWS_CONFIG_FILE": "~/c"}, files={"c": "[default]\n" + S1})
case("AWS_CONFIG_FILE $", env={**R, "AWS_CONFIG_FILE": "$D/${E}", "D": "{home}", "E": "c"}, files={"c": "[default]\n" + S1})
case("AWS_CONFIG_FILE unset $", env={**R, "AWS_CONFIG_FILE": "{home}/$NOPE"}, files={"$NOPE": "[default]\n" + S1})
case("AWS_CONFIG_FILE missing", "[default]\n" + S1, env={**R, "AWS_CONFIG_FILE": "{home}/nope"})
case("AWS_CONFIG_FILE folder", "[default]\n" + S1, env={**R, "AWS_CONFIG_FILE": "{home}"})
case("AWS_CONFIG_FILE empty", "[default]\n" + S1, env={**R, "AWS_CONFIG_FILE": ""})
case("AWS_SHARED_CREDENTIALS_FILE", env={**R, "AWS_SHARED_CREDENTIALS_FILE": "~/c"}, files={"c": "[default]\n" + S1})
case("AWS_SHARED_CREDENTIALS_FILE missing", credentials="[default]\n" + S1, env={**R, "AWS_SHARED_CREDENTIALS_FILE": "/nope"})

# ---- how files are read ----
case("ini comments", "# c\n; d\n[default]\n# e\n  ; f\n" + S1, env=R)
case("ini inline #", "[default]\n" + S1 + "region = us-west-2 # x\n")
case("ini inline ;", "[default]\n" + S1 + "region = us-west-2 ;x\n")
case("ini comment inside a value", "[default]\naws_access_key_id = A\n  # c\naws_secret_access_key = S\n", env=R)
case("ini crlf", "[default]\r\naws_access_key_id=A\r\naws_secret_access_key=S\r\n", env=R)
case("ini cr", "[default]\raws_access_key_id=A\raws_secret_access_key=S\r", env=R)
case("ini colon", "[default]\naws_access_key_id: A\naws_secret_access_key : S=3\n", env=R)
case("ini upper case keys", "[default]\nAWS_ACCESS_KEY_ID = A\nAws_Secret_Access_Key = S\nREGION = us-west-2\n")
case("ini blanks", "\n\n[default]  \n\n aws_access_key_id\t=\tA \n\naws_secret_access_key= S\t\n\n", env=R)
case("ini indented keys", "[default]\n  aws_access_key_id = A\n  aws_secret_access_key = S\n", env=R)
case("ini deeper line continues", "[default]\naws_access_key_id = A\n  B\naws_secret_access_key = S\n", env=R, only="credentials")
case("ini empty lines in a value", "[default]\naws_access_key_id = A\naws_secret_access_key = S\n\n  more\n", env=R, only="credentials")
case("ini trailing after header", "[default] junk\n" + S1, env=R)
case("ini header with brackets", "[profile [a]]\n" + S1, profile="[a]", env=R)
case("ini header with blanks", "[ default ]\n" + S1, env=R)
case("ini header with inner blanks", "[profile   a ]\n" + S1, profile="a", env=R)
case("ini header with tab", "[profile\ta]\n" + S1, profile="a", env=R)
case("ini header quoted", '[profile "a b"]\n' + S1, profile="a b", env=R)
case("ini header quoted single", "[profile 'a \"b']\n" + S1, profile='a "b', env=R)
case("ini header escaped", "[profile a\\ b]\n" + S1, profile="a b", env=R)
case("ini header three words", "[profile a b]\n" + S1, profile="a", env=R)
case("ini header unclosed quote", "[profile 'a]\n" + S1, env={**K, **R})
case("ini header unclosed", "[default\n" + S1, env={**K, **R})
case("ini header without blank", "[profilea]\n" + S1, profile="a", env=R)
case("ini header profilex y", "[profilex y]\n" + S1, profile="y", env=R)
case("ini header empty", "[]\n" + S1, env={**K, **R})
case("ini header profile alone", "[profile]\n" + S1, env={**K, **R})
case("ini profile without prefix", "[a]\n" + S1, profile="a", env=R)
case("ini [profile default] first", "[profile default]\n" + S1 + "region=us-west-1\n[default]\nregion=us-west-2\n")
case("ini [profile default] last", "[default]\nregion=us-west-2\n[profile default]\n" + S1 + "region=us-west-1\n")
case("ini [DEFAULT]", "[DEFAULT]\n" + S1, env=R)
case("ini same section twice", "[default]\n" + S1 + "[default]\nregion=us-west-2\n", env={**K, **R})
case("ini same profile twice", "[profile a]\n" + S1 + "[profile  a]\n" + S2, profile="a", env=R)
case("ini same key twice", "[default]\nregion=a\nREGION=us-west-2\n", env={**K, **R})
case("ini line before a section", "a = 1\n[default]\n" + S1, env={**K, **R})
case("ini value without key", "[default]\n= 5\n" + S1, env={**K, **R})
case("ini key without value", "[default]\nfoo\n" + S1, env={**K, **R})
case("ini no utf-8", "[default]\nx = \udcff\n", env={**K, **R})
case("ini bom", "\ufeff[default]\n" + S1, env={**K, **R})
case("ini nul", "[default]\nx = a\0b\n" + S1, env=R)
case("ini nested", "[default]\ns3 =\n  a = 1\n\n  b=2\n" + S1, env=R)
case("ini nested bad", "[default]\ns3 =\n  foo\n" + S1, env={**K, **R})
case("ini nested colon", "[default]\ns3 =\n  a: 1\n" + S1, env={**K, **R})
case("ini empty value", "[default]\nfoo =\n" + S1, env=R)
case("ini bad credentials file", "[default]\n" + S1, "garbage\n", env={**K, **R})
case("ini bad config file", "garbage\n", "[default]\n" + S1, env={**K, **R})
case("ini empty files", "", "", env={**K, **R})
case("ini percent", "[default]\naws_access_key_id = %(x)s\naws_secret_access_key = 100%\n", env=R)
case("ini equals in value", "[default]\naws_access_key_id = a=b=c\naws_secret_access_key = ==\n", env=R)

# ---- older files ----
case("ec2 file", files={"f": "AWSAccessKeyId=A\nAWSSecretKey=B\n"}, env={**R, "AWS_CREDENTIAL_FILE": "~/f"})
case("ec2 file blanks", files={"f": " AWSAccessKeyId = A \n\n# c\nAWSSecretKey = B=\n"}, env={**R, "AWS_CREDENTIAL_FILE": "~/f"})
case("ec2 file partial", files={"f": "AWSAccessKeyId=A\n"}, env={**R, "AWS_CREDENTIAL_FILE": "~/f"})
case("ec2 file missing", env={**R, "AWS_CREDENTIAL_FILE": "~/f"})
case("boto file", files={".boto": "[Credentials]\n" + S1}, env=R)
case("boto file chosen", files={".boto": "[Credentials]\n" + S1, "b": "[Credentials]\n" + S2}, env={**R, "BOTO_CONFIG": "~/b"})
case("boto file partial", files={".boto": "[Credentials]\naws_access_key_id = A\n"}, env=R)
case("boto file token", files={".boto": "[Credentials]\n" + S1 + "aws_session_token = t\n"}, env=R)

# ---- regions ----
case("region default variable", env={**K, "AWS_DEFAULT_REGION": "eu-west-2"})
case("region AWS_REGION is not botocore's", env={**K, "AWS_REGION": "eu-west-2"})
case("region both variables", env={**K, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"})
case("region variable over config", "[default]\nregion = us-west-1\n", env={**K, **R})
case("region option over variable", "[default]\nregion = us-west-1\n", env={**K, **R}, region="sa-east-1")
case("region empty variable", "[default]\nregion = us-west-1\n", env={**K, "AWS_DEFAULT_REGION": ""})
for name in ("us-east-1", "ap-southeast-7", "mx-central-1", "il-central-1", "me-central-1", "cn-north-1", "cn-northwest-1",
             "us-gov-west-1", "us-gov-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1",
             "eusc-de-east-1", "us-gov-new-9", "us-iso-new-9", "cn-new-9", "xx-new-9", "nonsense", "aws-global", "aws-cn-global",
             "aws-iso-global", "aws-us-gov-global", "US-EAST-1", "us_east_1", "-x", "x-", "a.b", "a b", "123", "a1",
             "x" * 63, "x" * 64, "us-east-1/", "us-east-1@evil.example", "fips-us-east-1", "us-gov-west-1-fips", "us-fips-east-1"):
    case(f"region {name}", env=K, region=name)
    case(f"region {name} streams", env=K, region=name, service="dynamodbstreams")
case("region local", env=K, region="local")
case("region local account", env={**K, "AWS_ACCOUNT_ID": "123456789012"}, region="local")
case("region local streams", env=K, region="local", service="dynamodbstreams",
     ours={"endpoint": {"url": "http://localhost:8000", "region": "local", "signing_region": "us-east-1"}})
for fips in (0, 1):
    for dual in (0, 1):
        for name in ("us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "eusc-de-east-1", "me-south-1", "local"):
            for service in ("dynamodb", "dynamodbstreams"):
                if not fips and not dual or (name == "local" and service != "dynamodb"):
                    continue
                case(f"fips {fips} dual {dual} {name} {service}", service=service, region=name,
                     env={**K, "AWS_USE_FIPS_ENDPOINT": str(bool(fips)).lower(),
                          "AWS_USE_DUALSTACK_ENDPOINT": str(bool(dual)).lower(), "AWS_ACCOUNT_ID": "123456789012"})
case("fips in config", "[default]\nuse_fips_endpoint = TRUE\n", env={**K, **R})
case("fips not true", env={**K, **R, "AWS_USE_FIPS_ENDPOINT": "1"})
case("fips variable over config", "[default]\nuse_fips_endpoint = true\n", env={**K, **R, "AWS_USE_FIPS_ENDPOINT": "false"})
case("dual stack in config", "[default]\nuse_dualstack_endpoint = true\n", env={**K, **R})

# ---- endpoints ----
SV = "services = s\nendpoint_url = http://global\n[services s]\ndynamodb =\n  endpoint_url = http://own\ns3 =\n  a = b\n"
case("url variable", env={**K, **R, "AWS_ENDPOINT_URL": "http://h:1"})
case("url service variable", env={**K, **R, "AWS_ENDPOINT_URL": "http://h:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://d:2"})
case("url streams variable", service="dynamodbstreams",
     env={**K, **R, "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": "http://s:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://d:2"})
case("url streams ignores the table service's", service="dynamodbstreams", env={**K, **R, "AWS_ENDPOINT_URL_DYNAMODB": "http://d:2"})
case("url config", "[default]\nendpoint_url = http://g\n", env={**K, **R})
case("url services", "[default]\n" + SV, env={**K, **R})
case("url services streams", "[default]\n" + SV, env={**K, **R}, service="dynamodbstreams")
case("url services own streams", "[default]\n" + SV.replace("dynamodb =", "dynamodb_streams ="), env={**K, **R}, service="dynamodbstreams")
case("url global variable over services", "[default]\n" + SV, env={**K, **R, "AWS_ENDPOINT_URL": "http://h"})
case("url services of a profile", "[profile p]\n" + SV, profile="p", env=R, only="endpoint")
case("url services missing", "[default]\nservices = nope\n", env={**K, **R}, only="endpoint")
case("url services missing but variable", "[default]\nservices = nope\n", env={**K, **R, "AWS_ENDPOINT_URL": "http://h"}, only="endpoint")
case("url services flat", "[default]\nservices = s\n[services s]\nendpoint_url = http://own\n", env={**K, **R})
case("url services no section", "[default]\nservices = s\n[services s]\ndynamodb = http://own\n", env={**K, **R}, only="endpoint")
case("url services other key", "[default]\nservices = s\n[services s]\ndynamodb =\n  url = http://own\n", env={**K, **R})
case("url ignored by variable", "[default]\nendpoint_url = http://g\n",
     env={**K, **R, "AWS_ENDPOINT_URL": "http://h", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"})
case("url ignored upper case", env={**K, **R, "AWS_ENDPOINT_URL": "http://h", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"})
case("url not ignored by 1", env={**K, **R, "AWS_ENDPOINT_URL": "http://h", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "1"})
case("url ignored by config", "[default]\nendpoint_url = http://g\nignore_configured_endpoint_urls = true\n", env={**K, **R})
case("url explicit", "[default]\nendpoint_url = http://g\nignore_configured_endpoint_urls = true\n", env={**K, **R}, endpoint_url="http://x:9")
case("url explicit over variables", env={**K, **R, "AWS_ENDPOINT_URL_DYNAMODB": "http://d:2"}, endpoint_url="https://x")
case("url explicit without region", env=K, endpoint_url="http://x:9",
     ours={"endpoint": {"url": "http://x:9", "region": "us-east-1", "signing_region": "us-east-1"}})
case("url configured without region", env={**K, "AWS_ENDPOINT_URL": "http://h:1"})
case("url empty variable", "[default]\nendpoint_url = http://g\n", env={**K, **R, "AWS_ENDPOINT_URL": ""})
case("url path", env={**K, **R, "AWS_ENDPOINT_URL": "http://h/a/b/"})
case("url ipv6", env={**K, **R, "AWS_ENDPOINT_URL": "http://[::1]:8000"})
case("url ipv4", env={**K, **R, "AWS_ENDPOINT_URL": "http://127.0.0.1:8000"})
case("url no url", env={**K, **R, "AWS_ENDPOINT_URL": "foo"})
case("url no host", env={**K, **R, "AWS_ENDPOINT_URL": "http://"})
case("url blank", env={**K, **R, "AWS_ENDPOINT_URL": "http://a b"})
case("url ftp is not spoken", env={**K, **R, "AWS_ENDPOINT_URL": "ftp://h"}, ours={"endpoint": "error"})
case("url underscore serves compose networks", env={**K, **R, "AWS_ENDPOINT_URL": "http://my_db:8000"},
     ours={"endpoint": {"url": "http://my_db:8000", "region": "eu-west-1", "signing_region": "eu-west-1"}})
case("url and fips", env={**K, **R, "AWS_ENDPOINT_URL": "http://h", "AWS_USE_FIPS_ENDPOINT": "true"})
case("url and dual stack", env={**K, **R, "AWS_ENDPOINT_URL": "http://h", "AWS_USE_DUALSTACK_ENDPOINT": "true"})
case("url of dual stack", env={**K, "AWS_ENDPOINT_URL": "https://dynamodb.us-east-1.api.aws"}, region="us-east-1")
case("url and account", env={**K, **R, "AWS_ENDPOINT_URL": "http://h", "AWS_ACCOUNT_ID": "123456789012"})
case("url and local", env={**K, "AWS_ENDPOINT_URL": "http://h"}, region="local")

# ---- the services that credentials need ----
for service in ("sts", "sso", "sso-oidc", "signin"):
    for name in ("us-east-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1",
                 "us-isof-south-1", "eusc-de-east-1", "xx-new-9"):
        case(f"service {service} {name}", service=service, region=name, env=K, only="endpoint")
    for fips, dual in ((1, 0), (0, 1), (1, 1)):
        for name in ("us-east-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "us-iso-east-1"):
            case(f"service {service} {name} fips {fips} dual {dual}", service=service, region=name, only="endpoint",
                 env={**K, "AWS_USE_FIPS_ENDPOINT": str(bool(fips)).lower(), "AWS_USE_DUALSTACK_ENDPOINT": str(bool(dual)).lower()})
    case(f"service {service} general url", service=service, region="us-east-1", env={**K, "AWS_ENDPOINT_URL": "http://h/x"}, only="endpoint")
for name, mode in (("eu-west-1", "legacy"), ("us-east-2", "legacy"), ("eu-south-1", "legacy"), ("aws-global", "regional"), ("eu-west-1", "regional")):
    case(f"service sts {name} {mode}", service="sts", region=name, env={**K, "AWS_STS_REGIONAL_ENDPOINTS": mode}, only="endpoint")
case("service sts legacy by config", "[default]\nsts_regional_endpoints = legacy\n", service="sts", region="eu-west-1", env=K, only="endpoint")

# ---- account endpoints ----
A = {**K, "AWS_ACCOUNT_ID": "123456789012"}
for mode in ("preferred", "disabled", "required", "Required", ""):
    for name in ("us-east-1", "us-iso-east-1", "us-gov-east-1", "cn-north-1"):
        if mode != "":
            case(f"account {mode} {name}", env={**A, "AWS_ACCOUNT_ID_ENDPOINT_MODE": mode}, region=name)
            case(f"account {mode} {name} streams", env={**A, "AWS_ACCOUNT_ID_ENDPOINT_MODE": mode}, region=name, service="dynamodbstreams")
case("account required, none known", env={**K, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"}, region="us-east-1")
case("account required and url", env={**K, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"}, region="us-east-1", endpoint_url="http://h")
case("account required and fips", env={**A, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required", "AWS_USE_FIPS_ENDPOINT": "true"}, region="us-east-1")
case("account required local", env={**A, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required"}, region="local")
case("account mode in config", "[default]\naccount_id_endpoint_mode = disabled\n", env=A, region="us-east-1")
case("account mode variable over config", "[default]\naccount_id_endpoint_mode = disabled\n",
     env={**A, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "preferred"}, region="us-east-1")
case("account mode unknown", env={**A, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "maybe"}, region="us-east-1", only="endpoint")
case("account id is no label", env={**K, "AWS_ACCOUNT_ID": "1.2"}, region="us-east-1")
case("account id of a path", env={**K, "AWS_ACCOUNT_ID": "evil.example/"}, region="us-east-1")
case("account dual stack", env={**A, "AWS_USE_DUALSTACK_ENDPOINT": "true"}, region="us-east-1")

# ---- assumed roles ----
ROLE = f"role_arn = {ARN}\n"


def role(name, config, **more):
    env = {**R, **STS, **more.pop("env", {})}
    case("role " + name, config, env=env, **more)


role("source profile", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1)
role("source in the credentials file", "[default]\n" + ROLE + "source_profile = s\n", credentials="[s]\n" + S1)
role("in the credentials file", None, credentials="[default]\n" + ROLE + "source_profile = s\n[s]\n" + S1)
role("source with token", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1 + "aws_session_token = T\n")
role("external id of one letter", "[default]\n" + ROLE + "source_profile = s\nexternal_id = a\n[profile s]\n" + S1)
role("session name of one letter", "[default]\n" + ROLE + "source_profile = s\nrole_session_name = a\n[profile s]\n" + S1)
role("short duration", "[default]\n" + ROLE + "source_profile = s\nduration_seconds = 60\n[profile s]\n" + S1)
role("external id", "[default]\n" + ROLE + "source_profile = s\nexternal_id = a b&c=é/+\n[profile s]\n" + S1)
role("session name", "[default]\n" + ROLE + "source_profile = s\nrole_session_name = me@here\n[profile s]\n" + S1)
role("duration", "[default]\n" + ROLE + "source_profile = s\nduration_seconds = 1800\n[profile s]\n" + S1)
role("duration is no number", "[default]\n" + ROLE + "source_profile = s\nduration_seconds = long\n[profile s]\n" + S1)
role("source has no keys", "[default]\n" + ROLE + "source_profile = s\n[profile s]\nregion = x\n")
role("source missing", "[default]\n" + ROLE + "source_profile = s\n")
role("neither source", "[default]\n" + ROLE)
role("both sources", "[default]\n" + ROLE + "source_profile = s\ncredential_source = Environment\n[profile s]\n" + S1)
role("empty arn", "[default]\nrole_arn =\nsource_profile = s\n[profile s]\n" + S1)
role("mfa is refused", "[default]\n" + ROLE + "source_profile = s\nmfa_serial = arn:mfa\n[profile s]\n" + S1)
role("own source", "[default]\n" + ROLE + "source_profile = default\n" + S1)
role("own source without keys", "[default]\n" + ROLE + "source_profile = default\n")
role("keys beside the role", "[default]\n" + ROLE + S2 + "source_profile = s\n[profile s]\n" + S1)
role("env keys come first", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, env=K)
role("of a profile", "[profile p]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, profile="p")
role("of a profile, env keys do not count", "[profile p]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, profile="p", env=K)
role("chain of two", "[default]\n" + ROLE + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nsource_profile = s\n[profile s]\n" + S1)
role("chain of three", "[default]\n" + ROLE + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nexternal_id = xy\nsource_profile = n\n"
     f"[profile n]\nrole_arn = {ARN}3\nsource_profile = s\n[profile s]\n" + S1)
role("chain with own source at its end", "[default]\n" + ROLE + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nsource_profile = m\n" + S1)
role("chain of source with keys and role", "[default]\n" + ROLE + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nsource_profile = s\n"
     + S2 + "[profile s]\n" + S1)
role("loop of two", "[default]\n" + ROLE + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nsource_profile = default\n")
role("loop of two with keys", "[default]\n" + ROLE + S1 + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nsource_profile = default\n")
role("loop behind", "[default]\n" + ROLE + f"source_profile = m\n[profile m]\nrole_arn = {ARN}2\nsource_profile = n\n"
     f"[profile n]\nrole_arn = {ARN}3\nsource_profile = m\n")
role("from environment", "[default]\n" + ROLE + "credential_source = Environment\n", env={"AWS_PROFILE": "default"})
role("from environment keys", "[profile p]\n" + ROLE + "credential_source = Environment\n", profile="p", env=K)
role("from environment keys in another case", "[profile p]\n" + ROLE + "credential_source = environment\n", profile="p", env=K)
role("from environment without keys", "[profile p]\n" + ROLE + "credential_source = Environment\n", profile="p")
role("from container", "[default]\n" + ROLE + "credential_source = EcsContainer\n", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{base}/container/ok"})
role("from instance", "[default]\n" + ROLE + "credential_source = Ec2InstanceMetadata\n",
     env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{base}/imds/v2", "AWS_EC2_METADATA_DISABLED": "false"})
role("from instance that is none", "[default]\n" + ROLE + "credential_source = Ec2InstanceMetadata\n")
role("from nowhere known", "[default]\n" + ROLE + "credential_source = Nowhere\n")
role("denied", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, env={"AWS_ENDPOINT_URL_STS": "{base}/sts/denied"})
role("answer is broken", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, env={"AWS_ENDPOINT_URL_STS": "{base}/sts/broken"})
role("tried again", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, env={"AWS_ENDPOINT_URL_STS": "{base}/sts/flaky"})
role("expiring soon", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, slack=15, env={"AWS_ENDPOINT_URL_STS": "{base}/sts/ok-in-3600"})
role("expired when it comes", "[default]\n" + ROLE + "source_profile = s\n[profile s]\n" + S1, env={"AWS_ENDPOINT_URL_STS": "{base}/sts/ok-in--5"})
role("sts by services", "[default]\n" + ROLE + "source_profile = s\nservices = v\n[profile s]\n" + S1
     + "[services v]\nsts =\n  endpoint_url = {base}/sts/ok\n", env={"AWS_ENDPOINT_URL_STS": ""})
role("source is web identity", "[default]\n" + ROLE + f"source_profile = s\n[profile s]\nrole_arn = {ARN}2\nweb_identity_token_file = {{home}}/t\n",
     files={"t": "tok-en"})
role("source is a process", "[default]\n" + ROLE + "source_profile = s\n[profile s]\ncredential_process = cat {home}/o\n",
     files={"o": '{"Version": 1, "AccessKeyId": "P", "SecretAccessKey": "S"}'})
role("region of the profile signs", "[default]\nregion = eu-north-1\n" + ROLE + "source_profile = s\n[profile s]\n" + S1)

# ---- web identity ----
WEB = {**R, **STS, "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/t", "AWS_ROLE_ARN": ARN}
case("web env", env=WEB, files={"t": "tok-en"})
case("web env session name", env={**WEB, "AWS_ROLE_SESSION_NAME": "me"}, files={"t": "tok-en"})
case("web env without role", env={**WEB, "AWS_ROLE_ARN": ""}, files={"t": "tok-en"})
case("web env without file", env=WEB)
case("web env file with newline", env=WEB, files={"t": "tok\n"})
case("web env under a profile variable", "[profile p]\nregion = us-west-2\n", env={**WEB, "AWS_PROFILE": "p"}, files={"t": "tok-en"})
case("web env under a profile option", "[profile p]\nregion = us-west-2\n" + S1, env=WEB, files={"t": "tok-en"}, profile="p")
case("web env after env keys", env={**WEB, **K}, files={"t": "tok-en"})
case("web env before files", credentials="[default]\n" + S1, env=WEB, files={"t": "tok-en"})
case("web token of three letters", env=WEB, files={"t": "tok"})
case("web profile", f"[default]\nrole_arn = {ARN}\nweb_identity_token_file = {{home}}/t\n", env={**R, **STS}, files={"t": "tok-en"})
case("web profile session name", f"[default]\nrole_arn = {ARN}\nweb_identity_token_file = {{home}}/t\nrole_session_name = me\n",
     env={**R, **STS}, files={"t": "tok-en"})
case("web profile without role", "[default]\nweb_identity_token_file = {home}/t\n", env={**R, **STS}, files={"t": "tok-en"})
case("web profile and source profile", f"[default]\nrole_arn = {ARN}\nweb_identity_token_file = {{home}}/t\nsource_profile = s\n[profile s]\n" + S1,
     env={**R, **STS}, files={"t": "tok-en"})
case("web mixed", f"[default]\nrole_arn = {ARN}\n", env={**R, **STS, "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/t"}, files={"t": "tok-en"})
case("web denied", env={**WEB, "AWS_ENDPOINT_URL_STS": "{base}/sts/denied"}, files={"t": "tok-en"})

# ---- SSO ----
SSO = {**R, "AWS_ENDPOINT_URL_SSO": "{base}/sso/ok", "AWS_ENDPOINT_URL_SSO_OIDC": "{base}/oidc/ok"}
START = "https://x/start"
OLD = f"[default]\nsso_start_url = {START}\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = R+1 é\n"
NEW = ("[default]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n"
       f"[sso-session s]\nsso_region = us-east-1\nsso_start_url = {START}\n")
REFRESH = {"clientId": "cid", "clientSecret": "csec", "refreshToken": "rt", "registrationExpiresAt": "2099-01-01T00:00:00Z"}


def token(key, **members):
    document = {"startUrl": START, "region": "us-east-1", "accessToken": "tok", "expiresAt": "2099-01-01T00:00:00Z", **members}
    text = json.dumps({k: v for k, v in document.items() if v is not None})
    return {f".aws/sso/cache/{hashlib.sha1(key.encode()).hexdigest()}.json": text}


case("sso", OLD, env=SSO, files=token(START))
case("sso expired", OLD, env=SSO, files=token(START, expiresAt="2020-01-01T00:00:00Z"))
case("sso UTC", OLD, env=SSO, files=token(START, expiresAt="2099-01-01T00:00:00UTC"))
case("sso no expiry", OLD, env=SSO, files=token(START, expiresAt=None))
case("sso no token", OLD, env=SSO, files=token(START, accessToken=None))
case("sso no cache", OLD, env=SSO)
case("sso bad cache", OLD, env=SSO, files={k: "{" for k in token(START)})
case("sso denied", OLD, env={**SSO, "AWS_ENDPOINT_URL_SSO": "{base}/sso/denied"}, files=token(START))
case("sso tried again", OLD, env={**SSO, "AWS_ENDPOINT_URL_SSO": "{base}/sso/flaky"}, files=token(START))
case("sso incomplete", OLD.replace("sso_region", "x"), env=SSO, files=token(START))
case("sso role alone", "[default]\nsso_role_name = R\n" + S1, env=SSO)
case("sso start url alone", "[default]\nsso_start_url = x\n" + S1, env=SSO)
case("sso before keys", OLD + S1, env=SSO, files=token(START))
case("sso expiring", OLD, env={**SSO, "AWS_ENDPOINT_URL_SSO": "{base}/sso/ok-in-3600"}, files=token(START), slack=15)
case("sso session", NEW, env=SSO, files=token("s"))
case("sso session expired", NEW, env=SSO, files=token("s", expiresAt="2020-01-01T00:00:00Z"))
case("sso session refresh", NEW, env=SSO, files=token("s", expiresAt=soon(600), **REFRESH))
case("sso session refresh of an expired token", NEW, env=SSO, files=token("s", expiresAt=soon(-600), **REFRESH))
case("sso session no need of refresh", NEW, env=SSO, files=token("s", expiresAt=soon(3600), **REFRESH))
case("sso session refresh denied", NEW, env={**SSO, "AWS_ENDPOINT_URL_SSO_OIDC": "{base}/oidc/denied"}, files=token("s", expiresAt=soon(600), **REFRESH))
case("sso session refresh denied, expired", NEW, env={**SSO, "AWS_ENDPOINT_URL_SSO_OIDC": "{base}/oidc/denied"},
     files=token("s", expiresAt=soon(-600), **REFRESH))
case("sso session registration expired", NEW, env=SSO, files=token("s", expiresAt=soon(600), **{**REFRESH, "registrationExpiresAt": "2020-01-01T00:00:00Z"}))
case("sso session no client id", NEW, env=SSO, files=token("s", expiresAt=soon(600), **{**REFRESH, "clientId": None}))
case("sso session missing", NEW.replace("[sso-session s]", "[sso-session t]"), env=SSO, files=token("s"), only="credentials")
case("sso session differs", NEW.replace("sso_role_name = R", "sso_role_name = R\nsso_region = eu-west-1"), env=SSO, files=token("s"))
case("sso session agrees", NEW.replace("sso_role_name = R", "sso_role_name = R\nsso_region = us-east-1"), env=SSO, files=token("s"))
case("sso session without region", NEW.replace("sso_region = us-east-1\n", ""), env=SSO, files=token("s"), only="credentials")
case("sso session holds the account", NEW.replace("sso_account_id = 123456789012\n", "") + "sso_account_id = 111\n", env=SSO, files=token("s"))
case("sso source of a role", f"[profile r]\nrole_arn = {ARN}\nsource_profile = default\n" + NEW, env={**SSO, **STS}, files=token("s"), profile="r")

# ---- processes ----
KEYS = {"Version": 1, "AccessKeyId": "PA", "SecretAccessKey": "PS"}


def process(name, answer=None, command="cat {home}/o", **more):
    text = answer if isinstance(answer, str) else json.dumps(answer or KEYS)
    case("process " + name, f"[default]\ncredential_process = {command}\n" + more.pop("more", ""), env={**R, **more.pop("env", {})},
         files={"o": text, "a b": text, **more.pop("files", {})}, **more)


process("keys")
process("token", {**KEYS, "SessionToken": "T", "Expiration": "2099-01-01T00:00:00Z", "AccountId": "123456789012"})
process("expired", {**KEYS, "Expiration": "2020-01-01T00:00:00Z"})
process("expiry without zone", {**KEYS, "Expiration": "2099-01-01T00:00:00"})
process("expiry is no time", {**KEYS, "Expiration": "?"})
process("null token", {**KEYS, "SessionToken": None})
process("version 2", {**KEYS, "Version": 2})
process("version text", {**KEYS, "Version": "1"})
process("no version", {k: v for k, v in KEYS.items() if k != "Version"})
process("no key", {k: v for k, v in KEYS.items() if k != "AccessKeyId"})
process("no secret", {k: v for k, v in KEYS.items() if k != "SecretAccessKey"})
process("no json", "nope")
process("a list", "[]")
process("nothing", "", command="true")
process("fails", command="sh -c 'exit 3'")
process("fails after keys", command="sh -c 'cat {home}/o; exit 1'")
process("missing", command="/nope/nope")
process("empty command", command="")
process("unclosed quote", command="cat 'a")
process("quoted argument", command='cat "{home}/a b"')
process("escaped argument", command="cat {home}/a\\ b")
process("no shell", command="cat $HOME/o")
process("no pipe", command="cat {home}/o | cat")
process("before keys of the config", more=S1)
process("after keys of the credentials file", credentials="[default]\n" + S1)
process("account of the profile", more="aws_account_id = 123456789012\n")
process("environment is passed on", command="sh -c 'echo \"$ANSWER\"'", env={"ANSWER": json.dumps(KEYS)})
process("in the credentials file", more="", credentials="[x]\ncredential_process = cat {home}/o\n", profile="x")
process("errors on its error channel", command="sh -c 'echo noise >&2; cat {home}/o'")
process("duplicate members", '{"Version": 1, "AccessKeyId": "a", "AccessKeyId": "b", "SecretAccessKey": "s"}')
process("escapes", '{"Version": 1, "AccessKeyId": "\\u0041", "SecretAccessKey": "s\\/\\""}')

# ---- containers ----
FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


def container(name, mode="ok", **more):
    case("container " + name, env={**R, FULL: "{base}/container/" + mode, **more.pop("env", {})}, **more)


container("full uri")
container("query", "ok?a=1")
container("404", "404")
container("500", "500")
container("redirect is not followed", "redirect")
container("no json", "bad-json")
container("tried again", "flaky")
container("account", "account")
container("no expiry", "no-expiry")
container("no token", "no-token")
container("no keys", "no-keys")
container("expiring", "ok-in-3600", slack=15)
container("expired", "ok-in--60")
container("token", env={"AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc"})
container("token of two lines", env={"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nX-Evil: b"})
container("token file", env={"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/t", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "x"}, files={"t": "file"})
container("token file with newline", env={"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/t"}, files={"t": "file\n"})
container("token file missing", env={"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/t"})
container("after files", credentials="[default]\n" + S1)
container("under a profile", "ok", config="[profile p]\nregion = us-west-2\n", profile="p")
container("relative", env={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/ok"})
container("relative over full", "404", env={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/ok?x=1"})
container("relative without slash", env={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "ok"})
container("relative with a host", env={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@127.0.0.1:{port}/container/ok"})
container("proxy is not used", env={"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"})
for url in ("http://localhost:{port}/container/ok", "http://LOCALHOST:{port}/container/ok", "http://example.com/x", "https://example.com/x",
            "http://169.254.170.9/x", "http://127.1:{port}/container/ok", "http://0.0.0.0:{port}/container/ok", "ftp://127.0.0.1/x", "foo", "",
            "http://localhost.:{port}/container/ok", "http://127.0.0.1.example.com/x", "http://[::1]:1/x", "https://127.0.0.1:1/x",
            "http://2130706433:{port}/container/ok", "http://127.0.0.1:{port}@example.com/x"):
    case(f"container host {url}", env={**R, FULL: url})
case("container host with user", env={**R, FULL: "http://user@127.0.0.1:{port}/container/ok"},
     ours={"credentials": "error"})  # no endpoint of a container needs a user, and what stands before '@' misleads

# ---- instances ----
IMDS = {**R, "AWS_EC2_METADATA_DISABLED": "false"}


def imds(name, mode="v2", config=None, **more):
    case("imds " + name, config, env={**IMDS, "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{base}/imds/" + mode, **more.pop("env", {})}, **more)


imds("version 2")
for mode in ("v1", "v1-403", "v1-405", "token-400", "token-500", "empty-token", "no-role", "list-500", "empty-list", "bad-json", "failed",
             "keys-404", "no-keys", "flaky", "v2-account", "slow-token"):
    imds(mode, mode)
imds("expiring", "v2-in-7200", slack=15)
imds("near its end is extended", "v2-in-600", slack=500)
imds("past its end is extended", "v2-in--60", slack=500)
imds("v1 disabled", "v1", env={"AWS_EC2_METADATA_V1_DISABLED": "true"})
imds("v1 disabled, v2 there", "v2", env={"AWS_EC2_METADATA_V1_DISABLED": "true"})
imds("v1 disabled by config", "v1", "[default]\nec2_metadata_v1_disabled = true\n")
imds("v1 not disabled by 1", "v1", env={"AWS_EC2_METADATA_V1_DISABLED": "1"})
imds("disabled", env={"AWS_EC2_METADATA_DISABLED": "TRUE"})
imds("not disabled by 1", env={"AWS_EC2_METADATA_DISABLED": "1"})
imds("attempts", "flaky", env={"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"})
imds("attempts by config", "flaky", "[default]\nmetadata_service_num_attempts = 2\n")
imds("attempts is no number", env={"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "x"})
imds("timeout is no number", env={"AWS_METADATA_SERVICE_TIMEOUT": "x"})
imds("timeout", "slow-token", env={"AWS_METADATA_SERVICE_TIMEOUT": "4"})
imds("slash at the end", "v2/")
imds("mode ipv5", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"})
imds("mode IPv6 and endpoint", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"})
imds("no url", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "foo"})
imds("nobody there", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"})
imds("after files", credentials="[default]\n" + S1)
imds("after container", env={FULL: "{base}/container/ok"})
case("imds endpoint by config", "[default]\nec2_metadata_service_endpoint = {base}/imds/v2\n", env=IMDS)
case("imds of a profile", "[profile p]\nregion = us-west-2\nec2_metadata_service_endpoint = {base}/imds/v2\n", profile="p", env=IMDS)

# ---- bad numbers are an error even where nobody asks the instance ----
case("imds bad number with env keys", env={**K, **R, "AWS_METADATA_SERVICE_TIMEOUT": "x"}, only="endpoint")

# ---- servers on this machine ----
case("local server, no keys", region="us-east-1", endpoint_url="http://127.0.0.1:8000", local="1",
     ours={"credentials": {"access_key": "cynamo", "secret_key": "cynamo", "token": None, "account": None, "method": "local", "expires_ms": 0}})
case("local server, env keys", region="us-east-1", endpoint_url="http://127.0.0.1:8000", local="1", env=K)
case("local server, file keys", credentials="[default]\n" + S1, region="us-east-1", endpoint_url="http://127.0.0.1:8000", local="1")

# ---- login sessions ----
LOGIN = {**R, "AWS_ENDPOINT_URL_SIGNIN": "{base}/signin/ok"}
SESSION = "arn:aws:sts::123456789012:assumed-role/r/me"
LOGGED_IN = f"[default]\nlogin_session = {SESSION}\n"
# made for this test, good for nothing else
PRIVATE_KEY = """-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIJmAxTSGOLLJD3VyrkpWdpbDQRkdJDyb0yIsHevHsdF5oAoGCCqGSM49
AwEHoUQDQgAEmRfRCQlWJ21uvjnwERjY4NT4hQ8xrkbc9fsk6JsRvbal2i17omE3
rFRU+1ZcvOg0itb4xVkk1Suz9YJ8R1DjcQ==
-----END EC PRIVATE KEY-----
"""


def login(expires, folder=".aws/login/cache", key=None, **members):
    keys = {"accessKeyId": "LA", "secretAccessKey": "LS", "sessionToken": "LT", "accountId": "123456789012", "expiresAt": expires}
    document = {"accessToken": keys, "tokenType": "urn:aws", "refreshToken": "rt", "identityToken": "x", "clientId": "arn:aws:signin:::devtools/same-device",
                "dpopKey": key or PRIVATE_KEY, "more": [1, {"a": None}, True], **members}
    text = json.dumps({k: v for k, v in document.items() if v is not None})
    return {f"{folder}/{hashlib.sha256(SESSION.encode()).hexdigest()}.json": text}


case("login", LOGGED_IN, env=LOGIN, files=login(soon(3600)), slack=2)
case("login of ten minutes", LOGGED_IN, env=LOGIN, files=login(soon(600)), slack=2)
case("login refresh", LOGGED_IN, env=LOGIN, files=login(soon(120)), slack=15)
case("login refresh of expired keys", LOGGED_IN, env=LOGIN, files=login("2020-01-01T00:00:00Z"), slack=15)
case("login refresh denied", LOGGED_IN, env={**LOGIN, "AWS_ENDPOINT_URL_SIGNIN": "{base}/signin/denied"}, files=login(soon(120)))
case("login bad key", LOGGED_IN, env=LOGIN, files=login(soon(120), key="-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"))
case("login no cache", LOGGED_IN, env=LOGIN)
case("login no refresh token", LOGGED_IN, env=LOGIN, files=login(soon(3600), refreshToken=None))
case("login other folder", LOGGED_IN, env={**LOGIN, "AWS_LOGIN_CACHE_DIRECTORY": "{home}/l"}, files=login(soon(3600), "l"), slack=2)
case("login before config keys", LOGGED_IN + S1, env=LOGIN, files=login(soon(3600)), slack=2)
case("login after credentials file", LOGGED_IN, credentials="[default]\n" + S1, env=LOGIN, files=login(soon(3600)))
case("login region of its own", "[default]\nregion = us-west-2\n" + LOGGED_IN[10:], env={"AWS_ENDPOINT_URL_SIGNIN": "{base}/signin/ok"},
     files=login(soon(120), signInRegion="eu-west-1"), slack=15)
