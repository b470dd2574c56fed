"""Does the main job with the public Python client, idfy-sdk, as PyPI has it; prints what it got as JSON."""

import base64
import datetime
import json
import os
import sys

import idfy_sdk
from idfy_sdk.services.notification import models as notification
from idfy_sdk.services.signature import models

config = idfy_sdk.IdfyConfiguration
config.BaseUrl = config.OAuthBaseUrl = os.environ["SEGL_URL"]
config.set_client_credentials(
    os.environ["SEGL_CLIENT_ID"],
    os.environ["SEGL_CLIENT_SECRET"],
    ["document_read", "document_write", "document_file", "event"],
)
signature = idfy_sdk.SignatureService()
webhooks = idfy_sdk.NotificationService()


def create(title, external_id):
    with open(os.environ["SEGL_SAMPLE"], "rb") as file:
        content = base64.b64encode(file.read()).decode()
    return signature.create_document(
        models.CreateDocumentRequestWrapper(
            title=title,
            external_id=external_id,
            contact_details=models.ContactDetails(email="sender@example.org"),
            data_to_sign=models.DataToSign(base64_content=content, file_name="sample-contract.pdf"),
            signers=[
                models.SignerWrapper(
                    external_signer_id="kari",
                    redirect_settings=models.RedirectSettings(redirect_mode="donot_redirect"),
                    signature_type=models.SignatureType(mechanism="pkisignature"),
                )
            ],
        )
    )


def refusal(call):
    try:
        call()
    except Exception as error:
        refused = error.__cause__ or error
        return {"status": refused.http_status_code, "message": refused.message}
    return None


def main():
    created = create("Leieavtale", "python-1")
    document_id = created.document_id
    # Without an offset: the clock of the caller in UTC.
    since = datetime.datetime.utcnow() - datetime.timedelta(hours=1)
    page = signature.list_document_summaries(title="Leieavtale", from_date=since, offset=0, limit=1)
    hook = webhooks.create_webhook(
        notification.WebhookCreateDto(
            name="Flow",
            active=True,
            events=["*"],
            config=notification.WebhookCreateConfig(url="http://127.0.0.1:49151/hooks", secret="a-secret-of-mine"),
        )
    )
    hook_id = str(webhooks.list_webhooks()[0].id)
    webhooks.ping_webhook(hook_id)
    updated = webhooks.update_webhook(hook_id, notification.WebhookUpdateDto(name="Flow 2"))
    webhooks.delete_webhook(hook_id)
    result = {
        "created": [created.title, created.status.document_status, len(created.signers)],
        "read": signature.get_document(document_id).external_id,
        "status": signature.get_document_status(document_id).document_status,
        "summary": signature.get_document_summary(document_id).required_signatures,
        "page": [page.offset, page.limit, page.size, [one.document_id == document_id for one in page.data]],
        "unsigned": base64.b64encode(signature.get_file(document_id, "unsigned")).decode(),
        "webhook": [hook.name, updated.name, len(webhooks.list_webhooks())],
        "unknown": refusal(lambda: signature.get_document("01a1d42f-d266-746b-837c-f5ddc0e0268b")),
    }
    config.set_client_credentials(os.environ["SEGL_CLIENT_ID"], "f" * 64, ["event"])
    config.OAuthToken = None
    result["stranger"] = refusal(lambda: idfy_sdk.NotificationService().list_webhooks())
    json.dump(result, sys.stdout)


main()
