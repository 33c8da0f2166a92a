"""OpenAPI documents of the surfaces, generated from the table of routes and kept in `backend/openapi`."""
