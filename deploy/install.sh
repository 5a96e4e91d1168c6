#!/bin/sh
# Makes .venv from a pinned requirements file; does nothing while the file is the one last installed.
# Usage: deploy/install.sh requirements.txt|requirements-dev.txt
set -eu
cd "$(dirname "$0")/.."
requirements=${1:-requirements.txt}

fits() {  # a Python that is new enough and can make environments
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    if ! python=$(find_python); then
        found=$(python3 --version 2>/dev/null || echo "no python3")
        echo "Forum Zero needs Python 3.11 or newer with its venv module; this machine has ${found}." >&2
        echo "Install it (Debian and Ubuntu: apt install python3 python3-venv) or name one: PYTHON=/path/to/python make install" >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

# requirements-dev.txt holds requirements.txt, so what was installed for the tests serves for running too.
stamp() {
    .venv/bin/python - "$@" <<'PYTHON'
import hashlib, sys
print(hashlib.sha256(b"".join(open(name, "rb").read() for name in sys.argv[1:]) + sys.version.encode()).hexdigest())
PYTHON
}
run_stamp=$(stamp requirements.txt)
dev_stamp=$(stamp requirements.txt requirements-dev.txt)
if [ "$requirements" = requirements-dev.txt ]; then wanted=$dev_stamp; else wanted=$run_stamp; fi
if grep -qsx "$wanted" .venv/installed; then exit 0; fi

echo "Installing $requirements into .venv"
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"; then
    echo "pip could not install $requirements: the message above says which package; is the package index reachable?" >&2
    exit 1
fi
if [ "$requirements" = requirements-dev.txt ]; then
    printf '%s\n%s\n' "$run_stamp" "$dev_stamp" > .venv/installed
else
    printf '%s\n' "$run_stamp" > .venv/installed
fi
