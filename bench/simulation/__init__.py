"""A simulated Bitrix24 and database under the real drain: see docs/scaling.md."""
