#!/bin/sh
# Dump callqa's PostgreSQL database to a new file in a folder, and read the dump's contents again.
#
#     backup-postgresql.sh FOLDER
#
# Needs CALLQA_DATABASE_URL without a password (PGPASSFILE or ~/.pgpass holds it: an argument is seen by every user of the
# machine) and, on PATH, callqa and the tools of a PostgreSQL not older than the server. Beside the dump lies the head of the
# audit log as it was before. CALLQA_BACKUP_DAYS (30): older dumps in the folder are deleted.
set -eu
umask 077
folder=$1
case $CALLQA_DATABASE_URL in
  *://*:*@*) echo "backup: CALLQA_DATABASE_URL holds a password; put it into the file that PGPASSFILE names" >&2; exit 2 ;;
  postgresql://*) ;;
  *) echo "backup: CALLQA_DATABASE_URL must begin with postgresql://; for SQLite use callqa backup" >&2; exit 2 ;;
esac
mkdir -p "$folder"
name=$folder/callqa-$(date -u +%Y%m%dT%H%M%SZ)
trap 'rm -f "$name.part"' EXIT
callqa audit verify --json > "$name.audit.json"
pg_dump --format=custom --no-owner --no-privileges --file="$name.part" "$CALLQA_DATABASE_URL"
pg_restore --list "$name.part" > /dev/null
mv "$name.part" "$name.dump"
find "$folder" -maxdepth 1 -type f \( -name 'callqa-*.dump' -o -name 'callqa-*.audit.json' \) \
  -mtime "+${CALLQA_BACKUP_DAYS:-30}" -delete
echo "$name.dump"
