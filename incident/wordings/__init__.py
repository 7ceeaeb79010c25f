"""The words of codes that one part of the service brings; `incident.i18n` joins them to the others."""
