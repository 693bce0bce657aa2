"""The translators, and the discriminators of patches, that a configuration can name."""

from zerosum.networks.own_settings import OwnPatchDiscriminatorConfig, OwnTranslatorConfig
from zerosum.networks.patches_settings import PatchDiscriminatorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig, UnetTranslatorConfig

__all__ = ["PatchwiseConfig", "TranslatorConfig"]

PatchwiseConfig = PatchDiscriminatorConfig | OwnPatchDiscriminatorConfig
"""Settings of any discriminator of whole images or of their patches."""

TranslatorConfig = ResnetTranslatorConfig | UnetTranslatorConfig | OwnTranslatorConfig
"""Settings of any translator."""
