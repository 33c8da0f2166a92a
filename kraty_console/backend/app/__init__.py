"""The application: the routes of all domains, their dispatch, and their OpenAPI documents."""
