"""Support knowledge as pure functions: actions, diagnosis, next steps, forms and their effects. No I/O.

Texts built here may contain player input. They are raw `str`; sanitize them with `present.safe` before showing them.
"""
