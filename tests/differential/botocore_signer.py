"""Signs with botocore: a case a line on standard input (JSON, made by src/signers.rs), a signature a line on standard
output, or `!` and an error. An empty line: what was written is to be sent. Nothing but botocore's own signers; the clock
is the case's."""
import datetime
import json
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials

moment = None
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment


class Config:
    """What S3's signer asks of a client's configuration."""

    def __init__(self, sign_payload):
        self.s3 = {"payload_signing_enabled": sign_payload}


def sign(case):
    global moment
    moment = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc).replace(tzinfo=None)
    body = bytes.fromhex(case["body"])
    presigned, s3, unsigned = case["expires"] is not None, case["s3"], case["unsigned"]
    url = "https://" + case["host"] + case["path"]
    pairs = case["pairs"]
    if pairs is None and case["query"]:
        url += "?" + case["query"]
    # Presigning takes a body for more parameters, and S3's leaves it out anyway.
    request = botocore.awsrequest.AWSRequest(case["method"], url, data=b"" if presigned else body)
    request.params = [tuple(pair) for pair in pairs or ()]
    request.headers["Host"] = case["host"]
    for name, value in case["headers"]:
        request.headers[name] = value
    if s3:
        request.context["client_config"] = Config(not unsigned)
    else:
        request.context["payload_signing_enabled"] = not unsigned
        if not presigned and case["content_sha256"] and not unsigned:
            request.headers["X-Amz-Content-SHA256"] = botocore.auth.sha256(body).hexdigest()
    keys = botocore.credentials.Credentials(case["id"], case["secret"], case["token"])
    place = (keys, case["service"], case["region"])
    if presigned:
        signer = botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth
        signer(*place, expires=case["expires"]).add_auth(request)
        return request.url.rpartition("X-Amz-Signature=")[2]
    signer = botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth
    signer(*place).add_auth(request)
    return request.headers["Authorization"].rpartition("Signature=")[2]


for line in sys.stdin:
    if line == "\n":
        sys.stdout.flush()
        continue
    try:
        answer = sign(json.loads(line))
    except Exception as error:
        answer = "!" + repr(error).replace("\n", " ")
    sys.stdout.write(answer + "\n")
