#!/bin/sh
# Draw with curl, and keep the picture as picture.png:  sh with_curl.sh "a red boat on the sea"
# With accounts on, put a key of `limner key add` into OPENAI_API_KEY.
set -eu
base=${OPENAI_BASE_URL:-http://127.0.0.1:8080/v1}
# In JSON a quote and a backslash stand behind a backslash, and a line has no end.
prompt=$(printf '%s' "${1:-a red boat on the sea}" | tr '\001-\037' ' ' | sed 's/[\"]/\\&/g')

answer=$(curl --silent --show-error --fail-with-body "$base/images/generations" \
  --header "Authorization: Bearer ${OPENAI_API_KEY:-none}" \
  --header "Content-Type: application/json" \
  --data "{\"prompt\": \"$prompt\", \"size\": \"512x512\"}")
url=$(printf '%s' "$answer" | sed 's/.*"url": "\([^"]*\)".*/\1/')
echo "$url"
curl --silent --show-error --fail --output picture.png "$url"
