#!/usr/bin/env bash
# Prints the section of CHANGELOG.md for a tag, and checks that the tag names the version that the programs bear.
#
#   .github/release-notes.sh v0.2.0
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1#v}
built=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
[ "$version" = "$built" ] || { echo "The tag says $version, but Directory.Build.props says $built." >&2; exit 1; }
notes=$(awk -v version="$version" '/^## \[/ { on = index($0, "## [" version "]") == 1; next } /^\[[^]]*\]: / { next } on' CHANGELOG.md)
[ -n "${notes//[[:space:]]/}" ] || { echo "CHANGELOG.md has no section [$version]." >&2; exit 1; }
printf '%s\n' "$notes" | sed -e '/./,$!d'
