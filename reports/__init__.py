"""Views of one result stream: terminal, JSON, JUnit, HTML."""
