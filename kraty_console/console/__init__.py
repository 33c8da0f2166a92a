"""The Textual application: screens, panes, dialogs and widgets. It speaks to a backend only through the client."""
