"""Names that vulture (`make lint`) reports although something uses them, grouped by what uses them."""

# Fields of the wire format: read from and written as JSON.
_.accept_client_scores
_.anonymized_avatar
_.anonymized_name
_.blocked_at
_.bundle_key
_.context_snapshot
_.crate_item_key
_.currency_key
_.current_attempt_id
_.current_period_started_at
_.deduplicated
_.economy_kind
_.exported_at
_.finalized_reason
_.friends_since
_.fx_rates
_.gift_cooldown_until
_.last_run_at
_.lifetime_amount_minor
_.lobbies_anonymized
_.lobby_fill_strategy
_.max_per_day
_.max_per_window
_.normalized_currency
_.period_ended_at
_.purchase_id
_.relationship
_.removed
_.score_per_unit
_.segments_truncated
_.synthetic_identity
_.table_key
_.threshold
_.to_player_id
_.unbanned_at
_.unblocked
_.used_in_window
_.used_today
_.validation_status

# click: parameter types and command groups.
_.convert
_.format_commands
_.list_commands
_.obj

# http.server and socketserver.
_.address_family
_.block_on_close
_.close_connection
_.daemon_threads
_.do_GET
_.do_POST
_.handle_error
_.log_message
_.protocol_version

# Protocols for the type checker (`server_holdings._Adjust`).
_.__call__
key_name

# SQLAlchemy and sqlite3.
_.isolation_level
_.row_factory

# Starlette, uvicorn, asyncio and logging.
_.capture_signals
_.data_received
_.disconnected
_.formatException
_.keep_alive
_.regex
_.to_string

# pydantic's JSON schema generator.
_.field_title_should_be_set
_.function_plain_schema

# Textual: methods that it calls, and attributes that it reads.
_._in_band_window_resize
_._must_signal_resume
_._previous_cursor_position
_._return_code
_._sigcont_application
_._sigtstp_application
_.animation_level
_.border_subtitle
_.border_title
_.can_focus
_.check_action
_.cursor_blink
_.disabled
_.get_content_height
_.WorkType
_.get_default_screen
_.get_suggestion
_.get_theme_variable_defaults
_.highlight
_.refresh_styles
_.render
_.render_partial_update
_.restricted
_.run_input_thread
_.select_on_focus
container
viewport

# Columns that are written, and read with whole rows.
_.deposited_at
_.fired_at

# Called by name, so that `--help` does not import their modules.
_.diagnose_player
_.print_timeline
_.print_audit
_.practise
_.print_list
_.make_change
_.run_queue
_.resume_queue
_.list_queues
_.print_worklog

# Models that the table of operations names by text.
AttemptPage
GrantPage
LedgerPage
LobbyPage
PlayerAuditPage
