"""The benchmark of codecs: this program's methods beside others on the same held-out people."""
