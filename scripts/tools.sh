#!/usr/bin/env bash
# Makes sure that the programs a target needs are there: scripts/tools.sh cargo cc npm …
#
# What Debian packages have is installed with apt-get, when this is root on Debian; for anything
# else the message says what is missing and where it comes from. Says nothing when all is there.
set -euo pipefail

# The package that has a program, or nothing when no package has it as we need it.
package_of() {
  case $1 in
    cc) echo gcc libc6-dev ;;
    c++) echo g++ ;;
    curl) echo curl ;;
    git) echo git ;;
    node) echo nodejs ;;
    npm) echo npm ;;
    python3) echo python3 ;;
    pip) echo python3-pip ;;
    venv) echo python3-venv ;;
    wrk) echo wrk ;;
  esac
}

present() {
  case $1 in
    # rustup keeps these beside cargo, and they may be missing from a minimal toolchain.
    rustfmt) cargo fmt --version >/dev/null 2>&1 ;;
    clippy) cargo clippy --version >/dev/null 2>&1 ;;
    # tomllib came with 3.11.
    python3) python3 -c "import tomllib" 2>/dev/null ;;
    pip) python3 -m pip --version >/dev/null 2>&1 ;;
    venv) python3 -c "import ensurepip, venv" 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

advice() {
  case $1 in
    cargo) echo "install Rust $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) or newer with rustup; Debian's is too old" ;;
    python3) echo "install Python 3.11 or newer" ;;
    rustfmt | clippy) echo "rustup component add $1" ;;
    *) echo "install $(package_of "$1") with your system's package manager" ;;
  esac
}

missing=() packages=()
for tool in "$@"; do
  if ! present "$tool"; then
    missing+=("$tool")
    read -ra found <<<"$(package_of "$tool")"
    packages+=("${found[@]}")
  fi
done

if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

status=0
for tool in "${missing[@]}"; do
  if ! present "$tool"; then
    echo "missing: $tool ($(advice "$tool"))" >&2
    status=1
  fi
done
exit $status
