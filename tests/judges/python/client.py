"""One pod's program with boto3: see ../programs.py for what it reads and prints."""

import json
import sys

import boto3
from botocore.exceptions import ClientError


def main():
    made = {}

    def client(service):
        # Later than at the start: where credentials are refused, making it fails already.
        if service not in made:
            made[service] = boto3.client(service)
        return made[service]

    for line in sys.stdin:
        word, *names = line.split()
        try:
            if word == "secret":
                answer = {"secret": client("secretsmanager").get_secret_value(SecretId=names[0])["SecretString"]}
            else:
                answer = {"arn": client("sts").get_caller_identity()["Arn"]}
        except Exception as e:
            answer = told(e)
        print(json.dumps(answer), flush=True)


def told(error):
    answer = {"text": str(error)}
    if isinstance(error, ClientError):
        metadata = error.response["ResponseMetadata"]
        answer |= {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
        answer |= {"status": metadata["HTTPStatusCode"], "requestId": metadata.get("RequestId")}
    return answer


main()
