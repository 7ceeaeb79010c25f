"""The words of codes, as message ids, a module for each part of the service; `incident.i18n` says them."""
