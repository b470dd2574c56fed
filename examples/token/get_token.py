"""An access token, kept until shortly before it expires, and one call with it. Needs Python 3.9, nothing else.

SEGL_URL=http://localhost:8642 SEGL_CLIENT_ID=... SEGL_CLIENT_SECRET=... python3 get_token.py
"""

import base64
import json
import os
import sys
import time
import urllib.parse
import urllib.request

URL = os.environ["SEGL_URL"]
MARGIN_SECONDS = 60
kept = {"token": None, "usable_until": 0.0}


def access_token():
    if time.monotonic() < kept["usable_until"]:
        return kept["token"]
    pair = f"{os.environ['SEGL_CLIENT_ID']}:{os.environ['SEGL_CLIENT_SECRET']}"
    request = urllib.request.Request(
        f"{URL}/oauth/connect/token",
        data=urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "document_read"}).encode(),
        headers={"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = json.load(answer)
    kept["token"] = body["access_token"]
    kept["usable_until"] = time.monotonic() + body["expires_in"] - MARGIN_SECONDS
    return kept["token"]


request = urllib.request.Request(
    f"{URL}/signature/documents/summary?limit=1",
    headers={"Authorization": f"Bearer {access_token()}"},
)
with urllib.request.urlopen(request, timeout=30) as answer:
    json.dump(json.load(answer), sys.stdout)
print()
