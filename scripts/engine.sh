#!/usr/bin/env bash
# Fetches the embedded engine, once for each machine and version, and links it into target/.
#
# It is ClickHouse as a library, 180 MB to fetch and 570 MB on disk, so it lives in the cache folder
# that the binary searches too, and a fresh clone or an emptied target/ fetches nothing. The
# package is checked against the hash pinned below before a byte of it is unpacked, and moves to
# its place as a whole: the file is complete or not there.
set -euo pipefail
cd "$(dirname "$0")/.."

# The version that the binary asks for.
version=$(sed -n 's/^pub const NPM_VERSION: &str = "\(.*\)";$/\1/p' crates/store/src/engine/mod.rs)
[ -n "$version" ] || { echo "engine: NPM_VERSION not found in crates/store/src/engine/mod.rs" >&2; exit 1; }

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64)
    package=@chdb/lib-linux-x64-gnu
    integrity=sha512-XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw==
    ;;
  # Not pinned yet: each needs someone with such a machine to check it.
  Linux-aarch64) package=@chdb/lib-linux-arm64-gnu integrity='' ;;
  Darwin-arm64) package=@chdb/lib-darwin-arm64 integrity='' ;;
  Darwin-x86_64) package=@chdb/lib-darwin-x64 integrity='' ;;
  *)
    echo "there is no embedded engine for $(uname -s) $(uname -m)" >&2
    exit 1
    ;;
esac

cache=${XDG_CACHE_HOME:-$HOME/.cache}/antler/$version
library=$cache/libchdb.so
mkdir -p "$cache" target/engine

if [ ! -f "$library" ]; then
  # In the cache folder, so that the last step is a rename within one file system.
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT

  echo "engine: fetching $package $version (180 MB)"
  # With a cache of its own: npm would keep a second copy of the package for ever.
  npm pack "$package@$version" --cache "$work/npm" --pack-destination "$work" --loglevel=error >/dev/null
  tarball=$(echo "$work"/*.tgz)

  if [ -z "$integrity" ]; then
    echo "engine: $package has no pinned hash; trusting the one that npm checked" >&2
  else
    actual=sha512-$(node -e '
      const hash = require("crypto").createHash("sha512");
      require("fs").createReadStream(process.argv[1]).pipe(hash)
        .on("finish", () => console.log(hash.digest("base64")));' "$tarball")
    if [ "$actual" != "$integrity" ]; then
      printf '%s\n' "engine: $package $version is not the package that was pinned" \
        "  expected $integrity" "  fetched  $actual" >&2
      exit 1
    fi
  fi

  tar -xzf "$tarball" -C "$work" package/libchdb.so
  mv -f "$work/package/libchdb.so" "$library"
fi

ln -sfn "$library" target/engine/libchdb.so
echo "engine: $library"
