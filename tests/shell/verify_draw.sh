#!/bin/sh
# Recomputes an exported draw with nothing but sha256sum and sort.
#
#   sh verify_draw.sh DRAW.json
#
# The export (draw/1) has one list entry a line; sed takes the texts out of it. Nothing of the platform is used.
# It has to list every rank, as exports do unless they were asked for the first ones only.
#   commitment   = sha256(nonce)
#   frame digest = sha256 of the lines "stratum|id", sorted by bytes, each ended by a line feed
#   seed         = sha256(commitment|nonce|entropy|frame digest)
#   ticket       = sha256(seed|draw number|stratum|id)      inspectors: stratum is "INSP|target"
#   rank         = by ticket, then by id; the excluded do not take part
# Prints every ticket as "stratum|id|ticket" in rank order. Exit 0: all as in the file; 1: the first difference is
# named on stderr; 2: wrong use.
set -eu
export LC_ALL=C

[ $# -eq 1 ] && [ -r "$1" ] || { echo "usage: sh verify_draw.sh DRAW.json" >&2; exit 2; }
FILE=$1
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

fail() { echo "$*" >&2; exit 1; }
sha() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
unquote() { sed 's/\\\(["\\]\)/\1/g'; } # \" and \\ are the only escapes of the export

# value KEY: a text of the outermost object.
value() { sed -n "s/^ \"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$FILE" | unquote; }
# list KEY: the entries of an outermost list of texts.
list() { sed -n "/^ \"$1\": \[\$/,/^ \]/s/^  \"\(.*\)\",\{0,1\}\$/\1/p" "$FILE" | unquote; }

NUMBER=$(value number)
NONCE=$(value nonce)

# ---- commitment, frame, seed
COMMIT=$(sha "$NONCE")
[ "$COMMIT" = "$(value commit)" ] || fail "commitment: $COMMIT, in the file $(value commit)"

list frame >"$WORK/frame"
sort "$WORK/frame" >"$WORK/sorted"
cmp -s "$WORK/frame" "$WORK/sorted" || fail "the frame is not sorted by bytes"
DIGEST=$(sha256sum <"$WORK/sorted" | cut -d ' ' -f 1)
[ "$DIGEST" = "$(value frame_digest)" ] || fail "frame digest: $DIGEST, in the file $(value frame_digest)"

SEED=$(sha "$COMMIT|$NONCE|$(value entropy)|$DIGEST")
[ "$SEED" = "$(value seed)" ] || fail "seed: $SEED, in the file $(value seed)"

# ---- who takes part: the frame, and the pool of inspectors for each target that has a team; less the excluded
sed -n 's/^   "name": "\(INSP|.*\)",\{0,1\}$/\1/p' "$FILE" | unquote >"$WORK/teams"
list inspectors >"$WORK/pool"
sed -n '/^ "exclusions": {$/,/^ }/s/^  "\(.*\)": ".*$/\1/p' "$FILE" | unquote >"$WORK/excluded"
{
  cat "$WORK/frame"
  while IFS= read -r TEAM; do
    while IFS= read -r INSPECTOR; do printf '%s\n' "$TEAM|$INSPECTOR"; done <"$WORK/pool"
  done <"$WORK/teams"
} >"$WORK/all"
grep -vxF -f "$WORK/excluded" "$WORK/all" >"$WORK/part" || true

# ---- tickets: "stratum <tab> ticket <tab> id", sorted in that order
TAB=$(printf '\t')
while IFS= read -r LINE; do
  printf '%s\t%s\t%s\n' "${LINE%|*}" "$(sha "$SEED|$NUMBER|$LINE")" "${LINE##*|}"
done <"$WORK/part" | sort -t "$TAB" -k 1,1 -k 2,2 -k 3,3 |
  while IFS=$TAB read -r STRATUM TICKET ID; do printf '%s\n' "$STRATUM|$ID|$TICKET"; done >"$WORK/tickets"
cat "$WORK/tickets"

# ---- the tickets of the file, in its order (strata first, then teams)
sed -n 's/^    "\(.*|.*|[0-9a-f]\{64\}\)",\{0,1\}$/\1/p' "$FILE" | unquote >"$WORK/found"
grep -v '^INSP|' "$WORK/tickets" >"$WORK/expected" || true
grep '^INSP|' "$WORK/tickets" >>"$WORK/expected" || true
if ! cmp -s "$WORK/expected" "$WORK/found"; then
  diff "$WORK/expected" "$WORK/found" | sed -n '2,3p' >&2
  fail "the tickets differ (< recomputed, > in the file)"
fi

# ---- taken: of each stratum and team the first ranks, as many as its quota says
sed -n -e 's/^   "name": "\(.*\)",$/name \1/p' -e 's/^   "quota": \([0-9]*\),$/quota \1/p' \
  -e '/^   "taken": \[$/,/^   \]/s/^    "\(.*\)",\{0,1\}$/taken \1/p' "$FILE" | unquote >"$WORK/ranking"
NAME=""
while read -r KEY TEXT; do
  case $KEY in
    name) NAME=$TEXT ;;
    quota) printf '%s\t%s\n' "$NAME" "$TEXT" >&3 ;;
    taken) printf '%s\n' "$NAME|$TEXT" ;;
  esac
done <"$WORK/ranking" >"$WORK/taken" 3>"$WORK/quotas"
LAST=""
while IFS= read -r LINE; do
  LINE=${LINE%|*}
  if [ "${LINE%|*}" != "$LAST" ]; then
    LAST=${LINE%|*} RANK=0 NAME=""
    while [ "$NAME" != "$LAST" ]; do IFS=$TAB read -r NAME QUOTA <&3 || fail "no quota for $LAST"; done
  fi
  RANK=$((RANK + 1))
  [ "$RANK" -gt "$QUOTA" ] || printf '%s\n' "$LINE"
done <"$WORK/expected" >"$WORK/drawn" 3<"$WORK/quotas"
if ! cmp -s "$WORK/drawn" "$WORK/taken"; then
  diff "$WORK/drawn" "$WORK/taken" | sed -n '2,3p' >&2
  fail "those taken differ (< recomputed, > in the file)"
fi
echo "holds: $(wc -l <"$WORK/expected" | tr -d ' ') tickets, seed $SEED" >&2
