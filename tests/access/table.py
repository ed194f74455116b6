"""The access table: what every address answers to every role, for a row of their own party and of the other one.

A cell is the expected status, or `own/foreign` where the two differ; `sign-in` is the redirect of strangers to the
sign-in page. The expectations are the rules' own:

- a stranger is sent to sign in, save at the few public addresses;
- a role that has nothing to do at an address gets 403, whichever row it names;
- a row out of scope is 404, whether or not it exists; a row in scope with an act that isn't granted there is 403;
- the city's roles and the auditor see both parties; administrator and security officer see no business
  data at all;
- an export is its maker's alone;
- a list answers 200 or 403 and shows one's own rows only;
- a POST with valid data that is allowed ends in 302 (the live calculation and the file of an export in 200). The
  searches take a household code or an identity number as data: what lies out of reach is as unknown there as what
  doesn't exist, so they answer 422.

- what concerns one's own account is everybody's; forms that want a password are sent without one there, since each
  check of one takes long on purpose (tests/access/test_sign_in.py fills them in);
- the API knows tokens only: a stranger gets 401; a token reaches what its user's posts at an insurer reach, so any
  other role gets 403; an act answers 200, or 201 where it adds something.

A method that has no line here is refused. `row` names what the address is about, as made in tests/access/town.py; with
a `#`, by its number instead of its key.
"""

from dataclasses import dataclass

from jincheng_insurance.access.roles import Role

ANONYMOUS = "anonymous"
COLUMNS = {
    "CityO": Role.CITY_OFFICER,
    "CityF": Role.CITY_FINANCE,
    "CountyO": Role.COUNTY_OFFICER,
    "CountyF": Role.COUNTY_FINANCE,
    "Adjust": Role.ADJUSTER,
    "Review": Role.REVIEWER,
    "Audit": Role.AUDITOR,
    "Admin": Role.ADMINISTRATOR,
    "Secur": Role.SECURITY_OFFICER,
    "nobody": ANONYMOUS,
}
SIGN_IN = "sign-in"

TABLE = """
address                     method row       CityO CityF CountyO CountyF Adjust  Review  Audit Admin Secur nobody
access:home                 GET    -         200   200   200     200     200     200     200   200   200   sign-in
access:work                 GET    work      403   403   403     403     200     403     403   403   403   sign-in
access:workplace            POST   -         302   302   302     302     302     302     302   302   302   sign-in
web:filters                 GET    -         200   200   200     200     200     200     200   200   200   sign-in
web:save_filter             POST   -         302   302   302     302     302     302     302   403   403   sign-in
web:open_filter             GET    filter    404   404   302/404 404     404     404     404   404   404   sign-in
web:rename_filter           POST   filter    404   404   302/404 404     404     404     404   404   404   sign-in
web:delete_filter           POST   filter    404   404   302/404 404     404     404     404   404   404   sign-in
access:login                GET    -         302   302   302     302     302     302     302   302   302   200
access:login                POST   -         302   302   302     302     302     302     302   302   302   302
access:logout               POST   -         302   302   302     302     302     302     302   302   302   302
access:people               GET    -         403   403   403     403     403     403     200   200   200   sign-in
access:people_list          POST   -         403   403   403     403     403     403     200   200   200   sign-in
access:rights               GET    -         403   403   403     403     403     403     200   200   200   sign-in
access:make_person          GET    -         403   403   403     403     403     403     403   200   403   sign-in
access:make_person          POST   -         403   403   403     403     403     403     403   200   403   sign-in
access:person               GET    user      403   403   403     403     403     403     200   200   200   sign-in
access:change_person        GET    user      403   403   403     403     403     403     403   200   403   sign-in
access:change_person        POST   user      403   403   403     403     403     403     403   302   403   sign-in
access:disable_person       GET    user      403   403   403     403     403     403     403   200   403   sign-in
access:disable_person       POST   user      403   403   403     403     403     403     403   302   403   sign-in
access:enable_person        GET    disabled  403   403   403     403     403     403     403   200   403   sign-in
access:enable_person        POST   disabled  403   403   403     403     403     403     403   302   403   sign-in
access:issue_password       POST   user      403   403   403     403     403     403     403   200   403   sign-in
access:end_sessions         POST   signed_in 403   403   403     403     403     403     403   403   302   sign-in
access:unlock               POST   user      403   403   403     403     403     403     403   403   302   sign-in
access:reset_second_factor  GET    user      403   403   403     403     403     403     403   403   200   sign-in
access:reset_second_factor  POST   user      403   403   403     403     403     403     403   403   302   sign-in
access:revoke_somebodys_token GET  token     403   403   403     403     403     403     403   403   200   sign-in
access:revoke_somebodys_token POST token     403   403   403     403     403     403     403   403   302   sign-in
access:propose_grant        GET    user      403   403   403     403     403     403     403   200   403   sign-in
access:propose_grant        POST   user      403   403   403     403     403     403     403   302   403   sign-in
access:waiting              GET    -         403   403   403     403     403     403     200   200   200   sign-in
access:grant                GET    proposed  403   403   403     403     403     403     200   200   200   sign-in
access:confirm_grant        POST   proposed  403   403   403     403     403     403     403   403   302   sign-in
access:refuse_grant         POST   proposed  403   403   403     403     403     403     403   403   302   sign-in
access:end_grant            GET    proposed  403   403   403     403     403     403     403   200   403   sign-in
access:end_grant            POST   proposed  403   403   403     403     403     403     403   302   403   sign-in
access:master_data          GET    -         403   403   403     403     403     403     403   200   403   sign-in
access:rename_insurer       GET    insurer   403   403   403     403     403     403     403   200   403   sign-in
access:rename_insurer       POST   insurer   403   403   403     403     403     403     403   302   403   sign-in
access:tokens               GET    -         403   403   403     403     200     200     403   403   403   sign-in
access:tokens               POST   -         403   403   403     403     200     200     403   403   403   sign-in
access:revoke_token         POST   token     403   403   403     403     302/404 404     403   403   403   sign-in
audit:records               GET    -         403   403   403     403     403     403     200   403   403   sign-in
set_language                GET    -         302   302   302     302     302     302     302   302   302   302
set_language                POST   -         302   302   302     302     302     302     302   302   302   302
healthz                     GET    -         200   200   200     200     200     200     200   200   200   200
readyz                      GET    -         200   200   200     200     200     200     200   200   200   200
metrics                     GET    -         200   200   200     200     200     200     200   200   200   200
access:second_step          GET    -         302   302   302     302     302     302     302   302   302   302
access:second_step          POST   -         302   302   302     302     302     302     302   302   302   302
access:proof                GET    -         200   200   200     200     200     200     200   200   200   sign-in
access:proof                POST   -         422   422   422     422     422     422     422   422   422   sign-in
access:account              GET    -         200   200   200     200     200     200     200   200   200   sign-in
access:change_password      GET    -         200   200   200     200     200     200     200   200   200   sign-in
access:change_password      POST   -         422   422   422     422     422     422     422   422   422   sign-in
access:end_session          POST   session   404   404   404     404     302/404 404     404   404   404   sign-in
access:second_factor        GET    -         200   200   200     200     200     200     200   200   200   sign-in
access:second_factor        POST   -         422   422   422     422     422     422     422   422   422   sign-in
access:begin_second_factor  POST   -         302   302   302     302     302     302     302   302   302   sign-in
access:recovery_codes       POST   -         302   302   302     302     302     302     302   302   302   sign-in
access:remove_second_factor POST   -         302   302   302     302     302     302     302   302   302   sign-in

help:guides                 GET    -         200   200   200     200     200     200     200   200   200   sign-in
help:terms                  GET    -         200   200   200     200     200     200     200   200   200   sign-in
help:guide                  GET    guide     200   200   200     200     200     200     200   200   200   sign-in

roster:imports              GET    -         200   403   200     403     403     403     200   403   403   sign-in
roster:imports              POST   -         302   403   302     403     403     403     403   403   403   sign-in
roster:import               GET    import    200   403   200/404 403     403     403     200   403   403   sign-in
roster:progress             GET    import    200   403   200/404 403     403     403     200   403   403   sign-in
roster:apply                POST   import    302   403   302/404 403     403     403     403   403   403   sign-in
roster:cancel               POST   import    302   403   302/404 403     403     403     403   403   403   sign-in
roster:columns              GET    unplaced  200   403   200/404 403     403     403     403   403   403   sign-in
roster:columns              POST   unplaced  302   403   302/404 403     403     403     403   403   403   sign-in
roster:copy                 POST   import    200   403   200/404 403     403     403     403   403   403   sign-in
roster:titles               GET    -         200   403   200     403     403     403     403   403   403   sign-in
roster:forget_title         POST   title     302   403   302/404 403     403     403     403   403   403   sign-in
roster:preview              GET    import    200   403   200/404 403     403     403     200   403   403   sign-in
roster:undo                 POST   applied   302   403   302/404 403     403     403     403   403   403   sign-in
roster:changes              GET    -         200   403   200     403     403     403     200   403   403   sign-in
roster:households           GET    -         200   403   200     403     403     403     200   403   403   sign-in
roster:persons              GET    -         200   403   200     403     403     403     200   403   403   sign-in
roster:persons              POST   -         302   403   302/422 403     403     403     302   403   403   sign-in
roster:household            GET    listed    200   403   200/404 403     403     403     200   403   403   sign-in

roster:add_member           GET    listed    403   403   200/404 403     403     403     403   403   403   sign-in
roster:add_member           POST   listed    403   403   302/404 403     403     403     403   403   403   sign-in
roster:person               GET    member    200   403   200/404 403     403     403     200   403   403   sign-in
roster:change_member        POST   member    403   403   302/404 403     403     403     403   403   403   sign-in
roster:complete_number      POST   newborn   403   403   302/404 403     403     403     403   403   403   sign-in
roster:propose_account      POST   member    403   403   302/404 403     403     403     403   403   403   sign-in

roster:reveal_household     GET    phoned    403   403   200/404 403     403     403     403   403   403   sign-in
roster:reveal_identity      GET    member    403   403   200/404 403     403     403     403   403   403   sign-in
roster:reveal_telephone     GET    member    403   403   200/404 403     403     403     403   403   403   sign-in
enrollment:reveal_identity  GET    person    403   403   200/404 403     200/404 200/404 403   403   403   sign-in
enrollment:reveal_telephone GET    person    403   403   200/404 403     200/404 200/404 403   403   403   sign-in
enrollment:reveal_account   GET    account   403   403   200/404 403     403     200/404 403   403   403   sign-in
roster:reveal_household     POST   phoned    403   403   200/404 403     403     403     403   403   403   sign-in
roster:reveal_identity      POST   member    403   403   200/404 403     403     403     403   403   403   sign-in
roster:reveal_telephone     POST   member    403   403   200/404 403     403     403     403   403   403   sign-in
enrollment:reveal_identity  POST   person    403   403   200/404 403     200/404 200/404 403   403   403   sign-in
enrollment:reveal_telephone POST   person    403   403   200/404 403     200/404 200/404 403   403   403   sign-in
enrollment:reveal_account   POST   account   403   403   200/404 403     403     200/404 403   403   403   sign-in

enrollment:scheme           GET    -         200   200   200     200     200     200     200   200   200   sign-in
enrollment:insured          GET    -         200   403   200     403     200     200     200   403   403   sign-in
enrollment:insured_persons  GET    -         200   403   200     403     200     200     200   403   403   sign-in
enrollment:insured_persons  POST   -         302   403   302/422 403     302/422 302/422 302   403   403   sign-in
enrollment:household        GET    insured   200   403   200/404 403     200/404 200/404 200   403   403   sign-in
enrollment:status           GET    -         200   403   200     403     200     200     200   403   403   sign-in
enrollment:enrol_county     GET    agreement 403   403   200/404 403     403/404 403/404 403   403   403   sign-in
enrollment:enrol_county     POST   agreement 403   403   302/404 403     403/404 403/404 403   403   403   sign-in
enrollment:enrol_waiting    GET    agreement 403   403   200/404 403     403/404 403/404 403   403   403   sign-in
enrollment:enrol_waiting    POST   agreement 403   403   302/404 403     403/404 403/404 403   403   403   sign-in
enrollment:enrol_members    GET    leaver    403   403   200/404 403     403/404 403/404 403   403   403   sign-in
enrollment:enrol_members    POST   leaver    403   403   302/404 403     403/404 403/404 403   403   403   sign-in
enrollment:withdraw_household GET  leaver    403   403   200/404 403     403/404 403/404 403   403   403   sign-in
enrollment:withdraw_household POST leaver    403   403   302/404 403     403/404 403/404 403   403   403   sign-in
enrollment:withdraw_person  GET    leaving   403   403   200/404 403     403/404 403/404 403   403   403   sign-in
enrollment:withdraw_person  POST   leaving   403   403   302/404 403     403/404 403/404 403   403   403   sign-in
enrollment:moves            GET    -         200   403   200     403     403     403     200   403   403   sign-in
enrollment:move             GET    move_in   200   403   200/404 403     403     403     200   403   403   sign-in
enrollment:confirm_move     POST   move_in   403   403   302/404 403     403     403     403   403   403   sign-in
enrollment:refuse_move      POST   move_in   403   403   302/404 403     403     403     403   403   403   sign-in
enrollment:cancel_move      POST   move_out  403   403   302/404 403     403     403     403   403   403   sign-in
enrollment:move_household   GET    listed    403   403   200/404 403     403     403     403   403   403   sign-in
enrollment:move_household   POST   listed    403   403   302/404 403     403     403     403   403   403   sign-in
enrollment:ask_move         POST   listed    403   403   302/404 403     403     403     403   403   403   sign-in
enrollment:find_household   GET    -         403   403   200     403     403     403     403   403   403   sign-in
enrollment:find_household   POST   -         403   403   302/422 403     403     403     403   403   403   sign-in
enrollment:enrol_household  GET    listed    403   403   200/404 403     403     403     403   403   403   sign-in
enrollment:enrol_household  POST   listed    403   403   302/404 403     403     403     403   403   403   sign-in
enrollment:accounts         GET    -         403   403   200     403     403     200     200   403   403   sign-in
enrollment:account          GET    account   403   403   200/404 403     403     200/404 200   403   403   sign-in
enrollment:confirm_account  POST   account   403   403   302/404 403     403     302/404 403   403   403   sign-in
enrollment:refuse_account   POST   account   403   403   302/404 403     403     302/404 403   403   403   sign-in
enrollment:participation    GET    -         200   403   200     403     403     403     200   403   403   sign-in
enrollment:participation    POST   -         302   403   302     403     403     403     403   403   403   sign-in
enrollment:participation_import GET participation 200 403 200/404 403 403 403 200 403 403 sign-in
enrollment:participation_progress GET participation 200 403 200/404 403 403 403 200 403 403 sign-in
enrollment:participation_apply POST participation 302 403 302/404 403 403 403 403 403 403 sign-in
enrollment:participation_cancel POST participation 302 403 302/404 403 403 403 403 403 403 sign-in

sheets:exports              GET    -         200   200   200     200     200     200     200   403   403   sign-in
sheets:new                  GET    kind      200   403   200     403     200     200     200   403   403   sign-in
sheets:new                  POST   kind      302   403   302     403     302     302     302   403   403   sign-in
sheets:export               GET    export    404   404   200/404 404     404     404     404   403   403   sign-in
sheets:approval             GET    large     200   403   200/404 403     403     403     403   403   403   sign-in
sheets:approve              POST   large     302   403   302/404 403     403     403     403   403   403   sign-in
sheets:refuse               POST   large     302   403   302/404 403     403     403     403   403   403   sign-in
sheets:progress             GET    export    404   404   200/404 404     404     404     404   403   403   sign-in
sheets:fetch                POST   export    404   404   200/404 404     404     404     404   403   403   sign-in

premiums:list               GET    -         200   200   200     200     200     200     200   403   403   sign-in
premiums:statement          GET    statement 200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
premiums:issue              GET    agreement 403   403   200/404 403/404 403/404 403/404 403   403   403   sign-in
premiums:issue              POST   agreement 403   403   302/404 403/404 403/404 403/404 403   403   403   sign-in
premiums:refund             GET    agreement 403   403   200/404 403/404 403/404 403/404 403   403   403   sign-in
premiums:refund             POST   agreement 403   403   302/404 403/404 403/404 403/404 403   403   403   sign-in
premiums:cancel             GET    statement 403   403   200/404 403/404 403/404 403/404 403   403   403   sign-in
premiums:cancel             POST   statement 403   403   302/404 403/404 403/404 403/404 403   403   403   sign-in
premiums:ledger             GET    agreement 200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
premiums:move               GET    agreement 403   200   403     200/404 403     403     403   403   403   sign-in
premiums:move               POST   agreement 403   302   403     302/404 403     403     403   403   403   sign-in
premiums:receipt            GET    paid_in   403   403   403     403     403     200/404 403   403   403   sign-in
premiums:receipt            POST   paid_in   403   403   403     403     403     302/404 403   403   403   sign-in
premiums:reverse            GET    paid_in   403   403   403     200/404 403     403     403   403   403   sign-in
premiums:reverse            POST   paid_in   403   403   403     302/404 403     403     403   403   403   sign-in
premiums:imports            GET    -         403   200   403     200     403     403     403   403   403   sign-in
premiums:imports            POST   -         403   302   403     302     403     403     403   403   403   sign-in
premiums:template           GET    -         403   200   403     200     403     403     403   403   403   sign-in
premiums:import             GET    funding   403   200   403     200/404 403     403     403   403   403   sign-in
premiums:import_book        POST   funding   403   403   403     302/404 403     403     403   403   403   sign-in
premiums:import_cancel      POST   funding   403   403   403     302/404 403     403     403   403   403   sign-in
premiums:import_copy        POST   funding   403   403   403     200/404 403     403     403   403   403   sign-in
premiums:reminders          GET    -         200   200   200     200     200     200     200   403   403   sign-in
premiums:budget             GET    -         200   200   200     200     403     403     200   403   403   sign-in

claims:list                 GET    -         200   403   200     403     200     200     200   403   403   sign-in
claims:find                 GET    -         403   403   403     403     200     403     403   403   403   sign-in
claims:find                 POST   -         403   403   403     403     302/422 403     403   403   403   sign-in
claims:report               GET    person    403   403   403/404 403     200/404 403/404 403   403   403   sign-in
claims:report               POST   person    403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:claim                GET    assessed  200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:calculation          POST   assessed  403   403   403/404 403     200/404 403/404 403   403   403   sign-in
claims:add_bill             POST   assessed  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:remove_bill          POST   bill      403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:reserve              POST   assessed  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:submit               POST   assessed  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:return               POST   submitted 403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:approve              POST   submitted 403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:pay                  POST   payable   403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:queue                GET    -         403   403   403   403     200     200     403   403   403   sign-in
claims:life                 GET    -         200   403   200   403     200     200     200   403   403   sign-in
claims:overpayments         GET    -         200   403   200   403     200     200     200   403   403   sign-in
claims:find_household       POST   -         403   403   403   403     302/422 403     403   403   403   sign-in
claims:report_loss          GET    insured   403   403   403/404 403     200/404 403/404 403   403   403   sign-in
claims:report_loss          POST   insured   403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:edit_bill            GET    bill      403   403   403/404 403     200/404 403/404 403   403   403   sign-in
claims:edit_bill            POST   bill      403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:loss                 POST   lost      403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:add_item             POST   lost      403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:remove_item          POST   item      403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:sign                 POST   lost      403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:reject               POST   submitted 403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:withdraw             POST   assessed  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:reopen               POST   rejected  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:reverse              POST   approved  403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:batches              GET    -         200   403   200   403     200     200     200   403   403   sign-in
claims:gather               POST   agreement 403   403   403/404 403     302/404 302/404 403   403   403   sign-in
claims:batch                GET    batch     200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:batch_posting        GET    batch     200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:release              POST   batch     403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:cancel               POST   batch     403   403   403/404 403     302/404 302/404 403   403   403   sign-in
claims:export               POST   released  403   403   403/404 403     403/404 200/404 403   403   403   sign-in
claims:payee                GET    line      403   403   403/404 403     200/404 200/404 403   403   403   sign-in
claims:payee                POST   line      403   403   403/404 403     302/404 302/404 403   403   403   sign-in
claims:drop                 POST   line      403   403   403/404 403     302/404 302/404 403   403   403   sign-in
claims:line                 GET    sent      200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:paid                 POST   sent      403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:failed               POST   sent      403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:back                 POST   paid      403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:recovered            POST   reversed  403   403   403/404 403     403/404 302/404 403   403   403   sign-in
claims:imports              GET    -         403   403   403     403     200     200     403   403   403   sign-in
claims:imports              POST   -         403   403   403     403     302     302     403   403   403   sign-in
claims:template             GET    -         403   403   403     403     200     200     403   403   403   sign-in
claims:import               GET    bulk      403   403   403     403     200/404 200/404 403   403   403   sign-in
claims:import_progress      GET    bulk      403   403   403     403     200/404 200/404 403   403   403   sign-in
claims:import_apply         POST   bulk      403   403   403     403     302/404 403/404 403   403   403   sign-in
claims:import_cancel        POST   bulk      403   403   403     403     302/404 302/404 403   403   403   sign-in
claims:import_copy          POST   bulk      403   403   403     403     200/404 200/404 403   403   403   sign-in
claims:documents            GET    assessed  200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:documents            POST   assessed  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:document             POST   paper     200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:remove_document      POST   paper     403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:ask_for_documents    POST   assessed  403   403   403/404 403     302/404 403/404 403   403   403   sign-in
claims:documents_notice     GET    asked     200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:calculation_sheet    GET    approved  200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:decision_letter      GET    approved  200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:plain_words          GET    approved  200   403   200/404 403     200/404 200/404 200   403   403   sign-in
claims:payment_list         GET    -         200   403   200     403     200     200     200   403   403   sign-in
claims:posting              GET    -         200   403   200     403     200     200     200   403   403   sign-in

riskpool:dashboard          GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:export             GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:claim_figures      GET    -         200   403   200     403     200     200     200   403   403   sign-in
riskpool:premium_figures    GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:household_figures  GET    -         200   403   200     403     200     200     200   403   403   sign-in
riskpool:picture            GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:agreement_picture  GET    agreement 200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:ledger             GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:agreement          GET    agreement 200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:agreement_export   GET    agreement 200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:settlements        GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:draft_settlement   POST   year      302   403   403     403     403     403     403   403   403   sign-in
riskpool:settlement         GET    settlement 200  200   200     200     200     200     200   403   403   sign-in
riskpool:settlement_line    GET    settled   200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:confirm_settlement GET    settlement 200  200   403     403     403     403     403   403   403   sign-in
riskpool:confirm_settlement POST   settlement 302  302   403     403     403     403     403   403   403   sign-in
riskpool:carry              GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:alerts             GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:alert              GET    alert     200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:duties             GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:duty               GET    report    200   200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:duty_word          GET    report    403   403   403/404 403/404 200/404 200/404 403   403   403   sign-in
riskpool:duty_draft         POST   report    403   403   403/404 403/404 302/404 302/404 403   403   403   sign-in
riskpool:duty_hand_in       POST   report    403   403   403/404 403/404 302/404 302/404 403   403   403   sign-in
riskpool:duty_upload        POST   report    403   403   403/404 403/404 302/404 302/404 403   403   403   sign-in
riskpool:duty_receive       POST   handed    302   302   403/404 403/404 403/404 403/404 403   403   403   sign-in
riskpool:duty_return        POST   handed    302   302   403/404 403/404 403/404 403/404 403   403   403   sign-in
riskpool:duty_paper         POST   handed_paper 200 200  200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:inbox              GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:read_all           POST   -         302   302   302     302     302     302     302   403   403   sign-in
riskpool:open_notice        POST   notice    404   404   404     404     302/404 404     404   403   403   sign-in
riskpool:suspensions        GET    -         200   200   200     200     200     200     200   403   403   sign-in
riskpool:suspension         GET    suspension 200  200   200/404 200/404 200/404 200/404 200   403   403   sign-in
riskpool:ask_suspension     GET    agreement 403   403   200/404 403     403     403     403   403   403   sign-in
riskpool:ask_suspension     POST   agreement 403   403   302/404 403     403     403     403   403   403   sign-in
riskpool:approve_suspension POST   suspension 302  403   403/404 403/404 403/404 403/404 403   403   403   sign-in
riskpool:refuse_suspension  POST   suspension 302  403   403/404 403/404 403/404 403/404 403   403   403   sign-in
riskpool:lift_suspension    POST   suspended 302   403   403/404 403/404 403/404 403/404 403   403   403   sign-in
riskpool:evidence           POST   evidence  200   403   200/404 403     403     403     200   403   403   sign-in

api:schema                  GET    -         200   200   200     200     200     200     200   200   200   200
api:docs                    GET    -         200   200   200     200     200     200     200   200   200   200
api:eligibility             POST   -         403   403   403     403     200     403     403   403   403   401
api:claims                  GET    -         403   403   403     403     200     200     403   403   403   401
api:claims                  POST   -         403   403   403     403     201/422 403     403   403   403   401
api:claim                   GET    assessed# 403   403   403     403     200/404 200/404 403   403   403   401
api:bill_add                POST   assessed# 403   403   403     403     201/404 403     403   403   403   401
api:bill_correct            POST   bill      403   403   403     403     200/404 403     403   403   403   401
api:bill_remove             POST   bill      403   403   403     403     200/404 403     403   403   403   401
api:reserve_change          POST   assessed# 403   403   403     403     200/404 403     403   403   403   401
api:losses                  POST   -         403   403   403     403     201/422 403     403   403   403   401
api:loss_change             POST   lost#     403   403   403     403     200/404 403     403   403   403   401
api:item_add                POST   lost#     403   403   403     403     201/404 403     403   403   403   401
api:item_remove             POST   item      403   403   403     403     200/404 403     403   403   403   401
api:sign_off                POST   lost#     403   403   403     403     201/404 403     403   403   403   401
api:claim_submit            POST   assessed# 403   403   403     403     200/404 403     403   403   403   401
api:claim_return            POST   submitted# 403   403   403     403     403     200/404 403   403   403   401
api:claim_approve           POST   submitted# 403   403   403     403     403     200/404 403   403   403   401
api:claim_reject            POST   submitted# 403   403   403     403     403     200/404 403   403   403   401
api:claim_withdraw          POST   assessed# 403   403   403     403     200/404 403     403   403   403   401
api:claim_reopen            POST   rejected# 403   403   403     403     200/404 403     403   403   403   401
api:claim_reverse           POST   approved# 403   403   403     403     403     200/404 403   403   403   401
api:claim_pay               POST   payable#  403   403   403     403     403     200/404 403   403   403   401
api:documents               GET    assessed# 403   403   403     403     200/404 200/404 403   403   403   401
api:documents               POST   assessed# 403   403   403     403     201/404 403     403   403   403   401
api:document_remove         POST   paper     403   403   403     403     200/404 403     403   403   403   401
api:documents_request       POST   assessed# 403   403   403     403     200/404 403     403   403   403   401
api:batches                 GET    -         403   403   403     403     200     200     403   403   403   401
api:batch                   GET    batch#    403   403   403     403     200/404 200/404 403   403   403   401
api:batches                 POST   -         403   403   403     403     201/422 201/422 403   403   403   401
api:batch_release           POST   batch#    403   403   403     403     403     200/404 403   403   403   401
api:batch_cancel            POST   batch#    403   403   403     403     200/404 200/404 403   403   403   401
api:line_payee              POST   line      403   403   403     403     200/404 200/404 403   403   403   401
api:line_drop               POST   line      403   403   403     403     200/404 200/404 403   403   403   401
api:line_paid               POST   sent      403   403   403     403     403     200/404 403   403   403   401
api:line_failed             POST   sent      403   403   403     403     403     200/404 403   403   403   401
api:line_reversal           POST   paid      403   403   403     403     403     200/404 403   403   403   401
api:line_recovery           POST   reversed  403   403   403     403     403     200/404 403   403   403   401
api:statements              GET    -         403   403   403     403     200     200     403   403   403   401
api:statement               GET    statement# 403  403   403     403     200/404 200/404 403   403   403   401
api:statement_lines         GET    statement# 403  403   403     403     200/404 200/404 403   403   403   401
api:agreements              GET    -         403   403   403     403     200     200     403   403   403   401
api:agreement               GET    agreement# 403  403   403     403     200/404 200/404 403   403   403   401
"""

# Allowed POSTs that write nothing: language, workplace and signing out are kept in the visitor's own cookies and
# session, a search leads on, the calculation only shows, and whoever is signed in already is led home.
WRITES_NOTHING = frozenset(
    {
        "set_language",
        "access:login",
        "access:logout",
        "access:second_step",  # nobody is halfway in
        "access:recovery_codes",  # nobody has a second factor
        "access:remove_second_factor",
        "access:workplace",
        "enrollment:find_household",
        "claims:find_household",
        "claims:calculation",
    }
)
# Each look for a person, and at a paper of a claim, is on record, even where the POST it belongs to is refused for it.
LEAVES_A_RECORD = frozenset(
    {
        "access:people_list",
        "claims:find",
        "claims:document",
        "riskpool:duty_paper",
        "riskpool:evidence",
        "roster:persons",
        "enrollment:insured_persons",
        "roster:reveal_household",
        "roster:reveal_identity",
        "roster:reveal_telephone",
        "enrollment:reveal_identity",
        "enrollment:reveal_telephone",
        "enrollment:reveal_account",
        "api:eligibility",
        "api:claims",
    }
)

# Pages whose opening is on record: those of one person, household or claim.
VIEWS_ON_RECORD = frozenset(
    {
        "roster:household",
        "roster:person",
        "enrollment:household",
        "claims:claim",
        "claims:documents",
        "claims:documents_notice",
        "claims:calculation_sheet",
        "claims:decision_letter",
        "claims:plain_words",
    }
)

# Of these, the ones that do nothing else.
LOOKS_ONLY = (LEAVES_A_RECORD | VIEWS_ON_RECORD) - {"api:claims"}

# What somebody does to their own inbox concerns nobody else: it changes these rows and leaves no record.
OWN_INBOX = frozenset({"riskpool:open_notice", "riskpool:read_all"})
INBOX_ROWS = "riskpool_notice"


@dataclass(frozen=True, slots=True)
class Line:
    """One address and method: the expected (own, foreign) answers by visitor."""

    address: str
    method: str
    row: str
    cells: dict[str, tuple[str, str]]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def read_table() -> list[Line]:
    head, *lines = [line.split() for line in TABLE.splitlines() if line]
    visitors = [COLUMNS[title] for title in head[3:]]
    assert set(visitors) == {*Role, ANONYMOUS}, "every role has a column"
    return [
        Line(address, method, row, dict(zip(visitors, map(_cell, cells), strict=True)))
        for address, method, row, *cells in lines
    ]


def _cell(text: str) -> tuple[str, str]:
    own, _, foreign = text.partition("/")
    return own, foreign or own


LINES = read_table()
