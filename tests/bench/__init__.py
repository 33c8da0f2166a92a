"""What opening and painting cost, measured from outside, as the person at the keyboard feels it.

`python -m tests.bench` (`make bench`) starts one embedded backend with the demo world and measures, in turn and in one
run, so that a noisy machine hurts all alike: a bare interpreter, bare Textual apps (`floors/`), the console, and other
programs of the terminal where they are installed (`others`).
Nothing here is a test: times are told beside their budgets and fail nothing.
"""
