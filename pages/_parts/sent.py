"""What a form that needs no script was sent as."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import Request

MOST_LETTERS = 500


async def sent(request: Request, most: int = MOST_LETTERS) -> dict[str, str]:
    """What a form was filled in with: texts of at most ``most`` letters by name, without NUL, the last of a name."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        found = parse_qs(body, keep_blank_values=True, max_num_fields=50)
    except ValueError:  # more fields than any form of ours has
        return {}
    return {key: values[-1].replace("\0", "")[:most] for key, values in found.items()}
