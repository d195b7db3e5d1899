"""A Bitrix24 portal that takes time: only what the measured apps call, and quick to answer."""
