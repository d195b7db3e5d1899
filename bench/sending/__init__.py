"""Bitrix24's queue server: it calls the app's handler, as fast as a row asks for."""
