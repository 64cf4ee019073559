"""Speed and memory, measured side by side; nothing here is asserted by a test."""
