"""What a support engineer knows, as pure functions: actions, diagnosis, next step, forms and their effects. No I/O.

Words made here may hold what players wrote. They are raw `str`: who draws them passes them through `present.safe`.
"""
