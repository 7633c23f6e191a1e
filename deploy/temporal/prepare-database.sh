#!/bin/sh
# Creates Temporal's two databases and brings their schemas to the version of this image.
# Safe to run again: on a database that has a schema only newer versions of it are applied.
set -eu

schemas=/etc/temporal/schema/postgresql/v12

sql_tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$SQL_HOST" --port 5432 --user "$SQL_USER" "$@"
}

prepare() {
  database=$1
  versions=$schemas/$2/versioned
  sql_tool --database "$database" create
  if ! sql_tool --database "$database" update-schema --schema-dir "$versions"; then
    echo "$database has no schema yet"
    sql_tool --database "$database" setup-schema --version 0.0
    sql_tool --database "$database" update-schema --schema-dir "$versions"
  fi
}

prepare temporal temporal
prepare temporal_visibility visibility
