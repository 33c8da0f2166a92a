"""The rules of the game's back office, one transaction each (decisions: What each action does).

Every rule takes the transaction and a `Context`; it builds its answer (`Answer.data`, the wire form) before the commit,
keeps it with `ctx.idempotency_key`, and gives it again to the same request (`Answer.replayed`). A rule that says
no raises `RuleError`. `external_id` is the studio's id of the player in `ctx.environment`; other ids that come from
outside may be any text.

The five changes, and the ban (the admin surface adds `audit: {id, url}`)
    attempts.force_complete(tx, ctx, attempt_id, *, final_score=None)           {attempt}
    rewards.retry_roll(tx, ctx, attempt_id)                                     {attempt, grants, grantCount}
    grants.create(tx, ctx, external_id, entries, *, kind=None, expires_at=None, source_kind=None, source_ref_id=None,
                  metadata=None)                            {grant} (surface `server`: the grant itself)
    grants.force_claim(tx, ctx, grant_id)                                       {grant, deposits}
    wallet.credit(tx, ctx, external_id, economy_key, amount, *, source_ref_id=None)   {economyKey, balance, applied}
    wallet.debit(tx, ctx, external_id, economy_key, amount, *, source_ref_id=None)    {economyKey, balance, applied}
    inventory.grant / inventory.revoke(tx, ctx, external_id, item_key, quantity, *, source_ref_id=None)
                                                                                {itemKey, quantity, applied}
    bans.ban(tx, ctx, external_id)                       {playerId, externalPlayerId, bannedAt, reason, applied}
    bans.unban(tx, ctx, external_id)                     {playerId, externalPlayerId, unbannedAt, applied}
    merge.merge(tx, ctx, from_id, to_id)                 MergePlayerResult (kraty-api 5.8)
    erase.erase(tx, ctx, external_id)                    DeletePlayerResult (kraty-api 5.9)

Players
    registration.register(tx, ctx, external_id, *, email=None, force=False)
                                                         201 {playerId, externalPlayerId, secret, …} (kraty-api 5.10)
    profiles.set_identity(tx, ctx, external_id, name, avatar=None)       {externalPlayerId, displayIdentity, …}
    profiles.set_metadata(tx, ctx, external_id, given, *, merge)         {externalPlayerId, metadata}
    profiles.set_email(tx, ctx, external_id, email)                      {externalPlayerId, email}
    profiles.heartbeat(tx, ctx, external_id, status, *, keep_status)     {online, lastActiveAt, status}
    friends.code(tx, ctx, external_id)                                   {friendCode, displayIdentity}
    friends.ask(tx, ctx, external_id, somebody)                          201 {status, request} or {status, friend}
    friends.accept / decline(tx, ctx, external_id, request_id)           {friend} / {declined}
    friends.cancel(tx, ctx, external_id, request_id)                     {cancelled}
    friends.remove(tx, ctx, external_id, friend)                         {removed}
    blocks.block(tx, ctx, external_id, somebody) / unblock(tx, ctx, external_id, blocked)   201 {blocked} / {unblocked}
    gifts.send(tx, ctx, external_id, somebody, present) / claim(tx, ctx, external_id, gift_id)           {gift}
    purchases.track(tx, ctx, external_id, purchase)                      201 {purchaseId, …}, 200 when it was kept
    importing.import_players / import_wallet / import_inventory(tx, ctx, lines, failures)
                                                         {applied, skipped, failed, failures} (kraty-api 3.9)

Normal play
    players.upsert(tx, ctx, external_id, *, email=None, display_name=None, context=None) -> Row
    players.lock(tx, ctx, external_id) -> Row            404 when there is none
    players.find(tx, tenant, environment, external_id) -> Row | None    (no lock; not through aliases)
    attempts.start(tx, ctx, external_id, event_key, *, context=None)            {attempt, leaderboardId, windowEndsAt}
                                            202 `lobby_forming` as a RuleError that commits; quotas, conditions, cost
    attempts.progress(tx, ctx, external_id, attempt_id, metrics, *, mode="set", event_key=None, occurred_at=None)
                                                                                {attempt, milestonesFired}
    attempts.finish(tx, ctx, external_id, attempt_id, *, event_key=None)        {attempt, outcome}
    attempts.expire(tx, ctx, external_id, attempt_id)                           {attempt}
    grants.claim(tx, ctx, external_id, grant_id)     {grant, deposits} (surfaces `server` and `sdk`: the grant itself)
    grants.open_crate(tx, ctx, external_id, grant_id)                           {crate, contents}
    grants.expire(tx, ctx, external_id, grant_id)                               {grant}
    grants.create(tx, ctx, external_id, entries, …)      surface `sdk`: to oneself, in permissive games
    wallet.debit(tx, ctx, …) / inventory.consume(tx, ctx, external_id, item_key, quantity)      surface `sdk`: no audit
    wallet.progress(tx, ctx, external_id, economy_key, amount)      {economyKey, balance, applied, derived}
    boards.score(tx, ctx, external_id, key, value, *, segment=None)             {leaderboardId, score, rank}
    boards.join(tx, ctx, external_id, key, *, segment=None) -> Row of board_entries
    leaderboards.join(tx, ctx, external_id, leaderboard_id) -> Row of leaderboard_entries    409 once finalized
    lobbies.create(tx, ctx, event_key, *, capacity=None, key=None, fill_by=None)  {lobby}
    lobbies.join(tx, ctx, lobby_id, external_id)                                {lobby}
    lobbies.start(tx, ctx, lobby_id) / lobbies.close(tx, ctx, lobby_id)         {lobby}
    lobbies.push(tx, ctx, event_key, key, external_ids, *, capacity=None, fill_bots=None, metadata=None)   the lobby
    lobbies.settle(tx, ctx, lobby_id)                     the lobby, after what should have become of it by now

What time brings (the worker asks, `backend.sweeps`; rows are locked by the caller)
    attempts.lapse(tx, ctx, player, attempt) / grants.lapse(tx, ctx, player, grant) -> bool
    lobbies.advance(tx, ctx, lobby) -> bool               starts or closes it, when it is time
    windows.open_window(tx, ctx, window) -> bool          tells `event.window_opened`
    windows.close_window(tx, ctx, window) -> bool    after its lobbies; boards final; `event.window_closed`
    settling.freeze(tx, ctx, board) -> bool               what each attempt on a final board is worth
    rewards.pay_award(tx, ctx, player, award)             pays it
    forgetting.forget_told(tx, ctx, event) -> bool        the player id of a `player.deleted` event
    set_aside.note(tx, ctx, job, row_id, error) -> int    leaves a row alone that failed
    schedules.fill(tx, ctx, event) -> int                 makes the present and the next window

Webhooks
    endpoints.create(tx, ctx, url, events, secret)                              {endpoint, secret}: told this once
    endpoints.pause / unpause / archive(tx, ctx, endpoint_id)                   {endpoint}
    replays.replay(tx, ctx, delivery_id)                                        {delivery}
    outbox.emit(tx, ctx, event, player, data) / emit_of_game(tx, ctx, event, environment, data)

Definitions (no audit, no idempotency)
    catalog.put_item / put_currency / put_bundle / put_table / put_event / put_window / put_board(tx, ctx, …)
    catalog.archive_table(tx, ctx, key) / restore_table(tx, ctx, key)
    definitions.load(tx, ctx, document) -> how many of each kind      a whole game (contract/definitions)

Records
    audit.record(tx, ctx, action, …) -> audit id (in the caller's transaction)
    audit.denied(tx, ctx, permission, audit_id, …) -> None (of several in an hour, the first: `denied.is_first`)

Many rules may run in one transaction (the demo world does): rows are kept in memory and written in bulk.
"""
