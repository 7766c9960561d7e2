"""Addresses of signing in and of one's own account: what we use of allauth, under its names."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from stakeholders.signin import provider, views

urlpatterns = [
    path("logg-inn/", account.login, name="account_login"),
    path("logg-ut/", account.logout, name="account_logout"),
    path("stengt/", account.account_inactive, name="account_inactive"),
    path("ny/", account.signup, name="account_signup"),
    path("bekreft/", account.reauthenticate, name="account_reauthenticate"),
    path("passord/", account.password_change, name="account_change_password"),
    path("passord/nytt/", account.password_set, name="account_set_password"),
    path("passord/glemt/", account.password_reset, name="account_reset_password"),
    path("passord/glemt/sendt/", account.password_reset_done, name="account_reset_password_done"),
    # The key has a hyphen of its own.
    re_path(
        r"^passord/glemt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "passord/endret/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sikring/", mfa.index, name="mfa_index"),
    path("sikring/logg-inn/", mfa.authenticate, name="mfa_authenticate"),
    path("sikring/bekreft/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("sikring/app/", views.activate_app, name="mfa_activate_totp"),
    path("sikring/app/fjern/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("sikring/koder/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "sikring/koder/nye/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "sikring/koder/fil/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("sikring/passnokler/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("sikring/passnokler/ny/", views.add_passkey, name="mfa_add_webauthn"),
    path(
        "sikring/passnokler/bekreft/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("sikring/passnokler/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "sikring/passnokler/<int:pk>/fjern/", webauthn.remove_webauthn, name="mfa_remove_webauthn"
    ),
    path("sikring/passnokler/logg-inn/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("okter/", sessions.list_usersessions, name="usersessions_list"),
    path("departement/", provider.ministry_login, name="ministry_login"),
    path("departement/svar/", provider.ministry_callback, name="ministry_callback"),
    path("departement/avbrutt/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path(
        "departement/feil/",
        login_not_required(social.login_error),
        name="socialaccount_login_error",
    ),
    path("departement/ny/", social.signup, name="socialaccount_signup"),
    path("departement/tilknytning/", social.connections, name="socialaccount_connections"),
]
