"""Every page of the organisation. `tests/clinic/test_access.py` walks this list."""

from __future__ import annotations

from django.urls import path

from clinic.web import emergency, lock, proposals, sending, sign_ins, site, staff, tablets

urlpatterns = [
    path("lock/", lock.lock, name="lock"),
    path("lock/now/", lock.lock_now, name="lock-now"),
    path("sending/", sending.sending, name="sending"),
    path("active/", lock.active, name="active"),
    path("site/details/", site.site_page, name="site"),
    path("staff/", staff.staff_list, name="staff-list"),
    path("staff/invite/", staff.invite, name="staff-invite"),
    path("staff/<uuid:staff_id>/", staff.person, name="person"),
    path("staff/<uuid:staff_id>/roles/", staff.change_roles, name="staff-roles"),
    path("staff/<uuid:staff_id>/contact/", staff.contact, name="staff-contact"),
    path("account/contact/", staff.own_contact, name="own-contact"),
    path("staff/<uuid:staff_id>/deactivate/", staff.deactivate, name="staff-deactivate"),
    path("staff/<uuid:staff_id>/reactivate/", staff.reactivate, name="staff-reactivate"),
    path("staff/<uuid:staff_id>/link/", staff.renew_link, name="staff-link"),
    path("staff/<uuid:staff_id>/new-sign-in/", staff.new_sign_in, name="staff-new-sign-in"),
    path("staff/proposals/<uuid:proposal_id>/", proposals.answer, name="proposal"),
    path("account/proposals/<uuid:proposal_id>/", proposals.answer_own, name="own-proposal"),
    path("staff/sign-ins/", sign_ins.sign_in_list, name="sign-in-list"),
    path("staff/sign-ins/<int:pk>/end/", sign_ins.end_sign_in, name="sign-in-end"),
    path("staff/second-factor/", staff.second_factor_rule, name="second-factor-rule"),
    path("emergency/", emergency.enter_site, name="emergency"),
    path("emergency/visits/", emergency.visit_list, name="visit-list"),
    path("emergency/visits/<uuid:visit_id>/review/", emergency.review, name="visit-review"),
    path("emergency/leave/", emergency.leave, name="emergency-leave"),
    path("emergency/<uuid:staff_id>/end/", emergency.end, name="emergency-end"),
    path("tablets/", tablets.tablet_list, name="tablet-list"),
    path("tablets/enrol/", tablets.enrol, name="tablet-enrol"),
    path("tablets/<uuid:tablet_id>/revoke/", tablets.revoke, name="tablet-revoke"),
]
