"""The life of an emergency: from an escalated complaint to a better plan. This package root holds nothing."""
