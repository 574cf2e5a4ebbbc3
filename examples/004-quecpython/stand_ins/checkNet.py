"""Stand-in for the board's network check: imported by programs, asked nothing by ours."""
