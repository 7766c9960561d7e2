from django.apps import AppConfig


class SignInConfig(AppConfig):
    """An app without models, so that allauth finds the ministries' provider."""

    name = "stakeholders.signin"
    label = "signin"
