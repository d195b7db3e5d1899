"""The app's page inside Bitrix24: one portal's administrators see and change what is theirs."""
