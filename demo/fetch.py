#!/usr/bin/env python3
"""Fetches a URL of STS; prints the status and what counts of the answer. It ends with 1 where that is an error."""

import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree

try:
    answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, end="")
for element in xml.etree.ElementTree.parse(answer).iter():
    if element.tag.rpartition("}")[2] in ("Arn", "Code", "Message"):
        print("", element.text.splitlines()[0], end="")
print()
sys.exit(answer.status >= 400)
