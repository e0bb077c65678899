#!/usr/bin/env python3
"""Makes sigv4.tsv: requests signed by botocore, one a line, for tests/unit/client/sigv4_sign_test.c.

The rows named suite-… are those of AWS's published SigV4 test suite (keys, time and signatures are facts of it); this
script stops when botocore does not give the published signature. Fields: name, method, path, query, signed headers
("name:value" joined by |, sorted), body, time, Region, service, key id, secret, token, Authorization. \\t \\n \\\\ are escaped.
"""
import datetime
import pathlib
import random
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SUITE_TIME = "20150830T123600Z"
SUITE = {  # name: (method, path, query, headers, body, signature)
    "get-vanilla": ("GET", "/", "", {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "post-vanilla": ("POST", "/", "", {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "get-vanilla-query-order-key-case": ("GET", "/", "Param2=value2&Param1=value1", {}, "",
                                         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    "get-utf8": ("GET", "/\u1234", "", {}, "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    "get-unreserved": ("GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", {}, "",
                       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    "get-space": ("GET", "/example space/", "", {}, "",
                  "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    "get-relative-relative": ("GET", "/example1/example2/../..", "", {}, "",
                              "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-slash-dot-slash": ("GET", "/./", "", {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-slashes": ("GET", "//example//", "", {}, "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    "post-x-www-form-urlencoded": ("POST", "/", "", {"Content-Type": "application/x-www-form-urlencoded"}, "Param1=value1",
                                   "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
}


def sign(method, path, query, headers, body, time, region, service, key, secret, token):
    moment = datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda *a, **k: moment
    request = AWSRequest(method=method, url="https://example.amazonaws.com" + path + ("?" + query if query else ""),
                         headers=headers, data=body.encode())
    auth = botocore.auth.SigV4Auth(Credentials(key, secret, token or None), service, region)
    auth.add_auth(request)
    authorization = request.headers["Authorization"]
    del request.headers["Authorization"]
    signed = auth.headers_to_sign(request)
    lines = sorted((name.lower(), value) for name, value in signed.items())
    return lines, authorization


def escape(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def rows():
    for name, (method, path, query, headers, body, signature) in SUITE.items():
        lines, authorization = sign(method, path, query, headers, body, SUITE_TIME, "us-east-1", "service", KEY, SECRET, "")
        if not authorization.endswith(signature):
            sys.exit(f"{name}: botocore signs {authorization}, the suite has {signature}")
        yield "suite-" + name, method, path, query, lines, body, SUITE_TIME, "us-east-1", "service", KEY, SECRET, "", authorization
    rng = random.Random(4)
    operations = ["GetItem", "PutItem", "Query", "TransactWriteItems", "ListTables"]
    for number in range(40):
        token = "" if number % 3 else "FwoGZXIvYXdzE" + "".join(rng.choices("abcXYZ019+/=", k=rng.randint(10, 400)))
        body = "{" + "".join(rng.choice(["a", "é", "\u4e2d", "\t", "\\", '"', "\n"]) for _ in range(rng.randint(0, 300))) + "}"
        time = (datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=rng.randrange(10**9))).strftime("%Y%m%dT%H%M%SZ")
        region = rng.choice(["us-east-1", "eu-central-1", "cn-north-1", "local", "us-gov-west-1"])
        secret = "".join(rng.choices("abcdefgABCDEFG0123456789+/", k=rng.choice([1, 40, 60, 64, 100])))
        target = rng.choice(["DynamoDB_20120810.", "DynamoDBStreams_20120810."]) + rng.choice(operations)
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
        if number % 4 == 0:
            headers["X-Amz-Extra"] = "  two   blanks  "
        path = rng.choice(["/", "/base/path", "/a//b/../c d"])
        query = rng.choice(["", "", "b=2&a=1&a=0", "x=%20y&x-y="])
        lines, authorization = sign("POST", path, query, headers, body, time, region, "dynamodb", "AKIA" + str(number), secret, token)
        yield (f"dynamodb-{number}", "POST", path, query, lines, body, time, region, "dynamodb", "AKIA" + str(number), secret,
               token, authorization)


with open(pathlib.Path(__file__).parent / "sigv4.tsv", "w", encoding="utf-8") as out:
    for row in rows():
        fields = [("|".join(f"{n}:{v}" for n, v in f) if isinstance(f, list) else f) for f in row]
        out.write("\t".join(escape(f) for f in fields) + "\n")
