#!/bin/sh
# An access token, and one call with it. Needs curl.
#   SEGL_URL=http://localhost:8642 SEGL_CLIENT_ID=… SEGL_CLIENT_SECRET=… sh token.sh
set -eu

answer=$(curl --silent --show-error --fail-with-body \
  --user "$SEGL_CLIENT_ID:$SEGL_CLIENT_SECRET" \
  --data grant_type=client_credentials --data scope=document_read \
  "$SEGL_URL/oauth/connect/token")
token=$(printf '%s' "$answer" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

curl --silent --show-error --fail-with-body \
  --header "Authorization: Bearer $token" \
  "$SEGL_URL/signature/documents/summary?limit=1"
echo
