"""The surfaces as OpenAPI documents: made from the table of routes, kept in `backend/openapi`, served from there."""
