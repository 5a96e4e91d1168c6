"""What the tests share: stores, servers, browsers."""
