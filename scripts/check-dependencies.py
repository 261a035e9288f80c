#!/usr/bin/env python3
"""Checks what we depend on against deny.toml: licenses, who may depend on whom, sources.

It is the part of `cargo deny check` that every change needs, without the minutes that building
cargo-deny takes. It also checks two rules that cargo-deny cannot say: antler-testkit is for tests
only, and the pure crates reach nothing that touches the outside world.

Only what the build uses is looked at: the dependency graph that `cargo metadata` resolves from the
lock file, for every platform.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

# Crates that a crate must not reach through its normal dependencies, however far.
UNREACHABLE = {
    "antler-core": {"axum", "fjall", "libloading", "oxc_parser", "rquickjs", "ruff_python_parser", "tokio", "ureq"},
    "antler-lang": {"antler-server", "antler-store", "antler-udf"},
}
TEST_ONLY = {"antler-chaos", "antler-testkit"}
CRATES_IO = "crates.io-index"


def main():
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    metadata = json.loads(subprocess.check_output(
        ["cargo", "metadata", "--quiet", "--format-version", "1", "--locked", "--all-features"]))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    foreign = [package for package in packages.values() if package["source"]]

    problems = [
        *licenses(foreign, set(rules["licenses"]["allow"])),
        *wrappers(packages, nodes, rules["bans"]["deny"]),
        *test_only(packages, nodes),
        *unreachable(packages, nodes),
        *sources(foreign),
    ]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"dependencies: {len(foreign)} crates, licenses and layers as in deny.toml")
    for name, versions in duplicates(foreign):
        print(f"  twice: {name} {', '.join(versions)}")


def licenses(foreign, allowed):
    for package in foreign:
        expression = package["license"]
        if not expression:
            yield f"{label(package)} names no license"
        elif not satisfied(expression, allowed):
            yield f"{label(package)} is under {expression}, which deny.toml does not allow"


def satisfied(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licenses: OR of ANDs, with brackets."""
    # Old crates write MIT/Apache-2.0 for OR.
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def alternatives():
        met = conjunction()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = conjunction() or met
        return met

    def conjunction():
        met = operand()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = operand() and met
        return met

    def operand():
        token = tokens.pop(0)
        if token == "(":
            met = alternatives()
            tokens.pop(0)
            return met
        if tokens and tokens[0] == "WITH":
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allowed

    return alternatives()


def wrappers(packages, nodes, bans):
    allowed = {ban["crate"]: set(ban["wrappers"]) for ban in bans}
    for user, used, _ in edges(packages, nodes):
        if used["name"] in allowed and user["name"] not in allowed[used["name"]]:
            yield f"{user['name']} depends on {used['name']}, which deny.toml leaves to others"


def test_only(packages, nodes):
    for user, used, kinds in edges(packages, nodes):
        if used["name"] in TEST_ONLY and kinds != {"dev"} and user["name"] not in TEST_ONLY:
            yield f"{user['name']} depends on {used['name']} outside its tests"


def unreachable(packages, nodes):
    uses = defaultdict(set)
    for user, used, kinds in edges(packages, nodes):
        if kinds != {"dev"}:
            uses[user["name"]].add(used["name"])
    for crate, forbidden in UNREACHABLE.items():
        reached, open_ends = set(), [crate]
        while open_ends:
            found = uses[open_ends.pop()] - reached
            reached |= found
            open_ends.extend(found)
        for name in sorted(reached & forbidden):
            yield f"{crate} reaches {name} (cargo tree -e normal -p {crate} -i {name})"


def sources(foreign):
    for package in foreign:
        if not package["source"].endswith(CRATES_IO):
            yield f"{label(package)} does not come from crates.io"


def duplicates(foreign):
    versions = defaultdict(set)
    for package in foreign:
        versions[package["name"]].add(package["version"])
    return sorted((name, sorted(found)) for name, found in versions.items() if len(found) > 1)


def edges(packages, nodes):
    """Each dependency in the graph: who uses, what is used, and as which kinds."""
    for node in nodes.values():
        for dependency in node["deps"]:
            kinds = {kind["kind"] or "normal" for kind in dependency["dep_kinds"]}
            yield packages[node["id"]], packages[dependency["pkg"]], kinds


def label(package):
    return f"{package['name']} {package['version']}"


if __name__ == "__main__":
    main()
