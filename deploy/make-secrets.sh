#!/bin/sh
# Makes the secret files that docker-compose.yml mounts, with fresh random values. Refuses to replace any.
set -eu
umask 022
folder="$(dirname "$0")/secrets"
if [ -e "$folder" ]; then
    echo "$folder exists already; secrets are never replaced by this script." >&2
    exit 1
fi
# The folder keeps other users out; the files stay readable for the users inside the containers.
mkdir -m 0700 "$folder"
hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
put() { printf '%s' "$2" > "$folder/$1"; }

owner="$(hex 24)" runtime="$(hex 24)" redis="$(hex 24)"
put postgres_password "$(hex 24)"
put owner_password "$owner"
put runtime_password "$runtime"
put owner_database_url "postgres://jincheng_owner:$owner@postgres:5432/jincheng"
put database_url "postgres://jincheng_runtime:$runtime@postgres:5432/jincheng"
put redis_password "$redis"
put redis_url "redis://:$redis@redis:6379/0"
put secret_key "$(hex 48)"
put seal_keys "1:$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
put index_key "$(hex 32)"
put audit_key "$(hex 32)"
echo "Wrote $folder. Keep a copy of seal_keys and index_key apart from the database's backups:"
echo "without them no identity number, telephone or bank account can be read again. Keep audit_key from whoever"
echo "administers the database: with it, the record of acts could be made anew."
