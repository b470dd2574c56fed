/** English. Messages are ICU MessageFormat; the keys here are the keys of every language. */
export const en = {
  'app.title': 'Sign a document',
  'app.loading': 'Opening the document…',

  'environment.test.name': 'TEST',
  'environment.test.text': 'Signatures made here have no legal effect.',

  'frame.language': 'Language',
  'frame.menu': 'Menu',
  'frame.close': 'Close',
  'frame.back_to_sender': 'Back to {account}',
  'frame.back_to_document': 'Back to the document',

  'menu.heading': 'Menu',
  'menu.contact': 'Contact the sender',
  'menu.document': 'About this document',
  'menu.file_name': 'File',
  'menu.size': 'Size',
  'menu.fingerprint': 'Fingerprint (SHA-256)',
  'menu.download': 'Download the document',
  'menu.downloading': 'Downloading…',
  'menu.download_failed': 'The document could not be downloaded. Check your connection and try again.',
  'menu.cancel': 'Cancel signing',

  'cancel.heading': 'Cancel signing?',
  'cancel.body':
    'You will leave without signing. The document stays open, and you can come back to it with the same link.',
  'cancel.confirm': 'Cancel signing',
  'cancel.keep': 'Keep reading',
  'life.heading': 'Are you still there?',
  'life.body':
    'This page closes in about two minutes, because nothing has happened here for a while. You can go on reading as long as you like.',
  'life.continue': 'Go on reading',
  'life.for_good_heading': 'Time is running out here',
  'life.for_good_body':
    'This page has been open for a long time and closes in about two minutes. Nothing is lost: you can open it again and sign then.',
  'life.understood': 'I understand',

  'contact.name': 'Name',
  'contact.email': 'E-mail',
  'contact.phone': 'Phone',
  'contact.web': 'Web',
  'contact.none': '{account} has left no contact details here. Use the message that brought you the link.',
  'contact.questions': 'Questions? Contact {account}.',

  'read.asks': '{account} asks you to read and sign this document.',
  'read.effort': '{pages, plural, one {1 page} other {{pages, number} pages}}. Signing takes about two minutes.',
  'read.effort_unknown': 'Signing takes about two minutes.',
  'read.document_region': 'Document: {title}',
  'read.page': 'Page {page, number} of {pages, number}',
  'read.page_without_text': 'This page is a picture without readable text.',
  'read.opening_pages': 'Opening the pages…',
  'read.bar': 'Signing',
  'read.continue': 'Continue to sign',
  'read.zoom_in': 'Zoom in',
  'read.zoom_out': 'Zoom out',
  'read.fit_width': 'Fit to width',
  'read.zoom_now': 'Zoom {percent, number} percent',
  'read.show_source': 'Show the source text',
  'read.show_document': 'Show the document',
  'read.reduced':
    'Parts of this document cannot be shown here, such as scripts or pictures from elsewhere. What you sign is the document as it was sent; you can look at its source text or download it.',
  'read.failed': 'The document could not be shown here.',
  'read.failed_next': 'Try again, or download it and read it in another program.',
  'read.retry': 'Try again',

  'attachment.position': 'Attachment {number, number} of {count, number}',
  'attachment.asks_to_open': '{account} asks you to see this before you sign.',
  'attachment.asks_to_read': '{account} asks you to read this to the end before you sign.',
  'attachment.asks_to_sign': '{account} asks you to sign this along with the document. You sign once for both.',
  'attachment.effort':
    '{pages, plural, one {1 page} other {{pages, number} pages}}. The document to be signed comes afterwards.',
  'attachment.effort_unknown': 'The document to be signed comes afterwards.',
  'attachment.bar': 'Attachment',
  'attachment.read': 'I have read and understood this attachment',
  'attachment.read_first': 'Read to the end to go on.',
  'attachment.continue': 'Continue',

  'remark.left_eid': 'You came back before signing. Nothing has been signed.',
  'remark.no_connection': 'There is no connection right now, so nothing was started. Check your network and try again.',
  'remark.dismiss': 'Dismiss',

  'choose.heading': 'How do you want to sign?',
  'choose.greeting': 'Hi {name}. Choose the electronic ID you want to use.',
  'choose.greeting_unknown': 'Choose the electronic ID you want to use.',
  'choose.no_bankid_netcentric': 'With your Norwegian bank, by phone or code device',
  'choose.any_eid': 'Sign with this electronic ID',

  'hand_over.heading': 'Opening {method}…',
  'hand_over.body': 'You sign with {method}, on its own page. Afterwards you come back here.',

  'hand_over.window_heading': 'Continue in the {method} window',
  'hand_over.blocked_heading': '{method} needs a window of its own',
  'hand_over.window_body':
    'You sign with {method} in a new window. Leave this page open: it goes on by itself when you are done there.',
  'hand_over.open': 'Open {method}',
  'hand_over.open_again': 'Open the window again',

  'sealing.heading': 'Sealing your signature…',
  'sealing.body':
    'We are checking the answer from your electronic ID and locking it to the document. It takes a few seconds; please keep this page open.',

  'signed.heading': 'Signed.',
  'signed.body': 'You have signed “{title}”.',
  'signed.who': 'Name',
  'signed.when': 'Time',
  'signed.how': 'Method',
  'signed.sender': 'Sender',
  'signed.remaining':
    '{count, plural, =0 {Everyone has signed.} one {One person has yet to sign.} other {{count, number} people have yet to sign.}}',
  'signed.remaining_term': 'Others',
  'signed.download': 'Download your copy',
  'signed.downloading': 'Downloading…',
  'signed.preparing': 'Preparing your copy…',
  'signed.ready': 'Your copy is ready.',
  'signed.late': 'Your copy is taking longer than usual. Your signature is safe; {account} can send you the copy too.',
  'signed.check_again': 'Check again',
  'signed.copy_later': '{account} can send you a copy when everyone has signed.',
  'signed.close': 'You can close this page now.',

  'stop.waiting_for_attachments.heading': 'The sender is still preparing',
  'stop.waiting_for_attachments.body':
    '{account} has not added everything yet. This page looks again by itself, so you can leave it open.',
  'stop.not_your_turn.heading': 'It is not your turn yet',
  'stop.not_your_turn.body':
    'Somebody else signs before you. This page looks again by itself, or you can come back later with the same link.',
  'stop.completed_without_you.heading': 'Your signature is no longer needed',
  'stop.completed_without_you.body': 'Enough others have signed, so the document is complete without you.',
  'stop.expired.heading': 'The time to sign has passed',
  'stop.expired.body': 'The document can no longer be signed. Ask {account} for a new one if you still want to sign.',
  'stop.canceled.heading': 'The sender has cancelled this',
  'stop.canceled.body': '{account} has withdrawn the document. You do not need to do anything.',
  'stop.unknown_link.heading': 'This link does not work',
  'stop.unknown_link.body': 'Check that the whole link was copied, or ask the sender for a new one.',
  'stop.open_link_again.heading': 'Open the link again',
  'stop.open_link_again.body':
    'For your safety this page only works in the tab where you opened it. Use the link in the message you received.',
  'stop.session_ended.heading': 'Your session has ended',
  'stop.session_ended.body':
    'Nothing happened here for a while, so we closed the document. Nothing you did is lost. (SA-1017)',
  'stop.session_ended.action': 'Start again',
  'stop.maintenance.heading': 'We will be right back',
  'stop.maintenance.body': 'The service is being looked after. This page tries again by itself.',
  'stop.maintenance.action': 'Try now',
  'stop.canceled_by_you.heading': 'You cancelled signing',
  'stop.canceled_by_you.body': 'Nothing was signed. The document stays open, and your link still works.',
  'stop.canceled_by_you.action': 'Continue signing',

  'stop.eid_window.heading': 'You can close this window',
  'stop.eid_window.body': 'Go back to the page where you began to sign. It goes on by itself.',

  'failed.heading': 'Something went wrong',
  'failed.heading_eid': 'The signature was not completed',
  'failed.nothing_signed': 'Nothing has been signed.',
  'failed.SA-1000': 'The document could not be opened. Check your connection and try again.',
  'failed.SA-1001': 'This way of signing is not offered for the document any more. Please tell the sender.',
  'failed.SA-1009': 'This page cannot show documents of this kind. Please tell the sender.',
  'failed.SA-1011': 'There is no way left to sign this document. Please tell the sender.',
  'failed.SA-1012': 'Your electronic ID could not confirm the signature. You can try again.',
  'failed.SA-1013': 'The server could not be reached. Check your connection and try again.',
  'failed.SA-1014': 'We could not start the electronic ID. It may be busy; try again in a moment.',
  'failed.SA-1015': 'Something was sent along that this page cannot show. Please tell the sender.',
  'failed.SA-1017': 'It took too long and was stopped. You can try again.',
  'failed.SA-1028': 'The person who identified is not the one the document was sent to.',
  'failed.SA-1029': 'We could not store that you accepted the attachment. You can try again.',
  'failed.other': 'The step could not be finished. You can try again.',
  'failed.no_answer':
    'We do not know yet whether your signature was stored. Try again to find out; it will not be made twice.',
  'failed.eid_says': 'The electronic ID says: {message}',
  'failed.try_again': 'Try again',
  'failed.leave': 'Leave without signing',
  'failed.code': 'Error code',
  'failed.eid_code': 'Code of the electronic ID',
  'failed.request': 'Request',
} as const;

export type TextKey = keyof typeof en;
export type Texts = Record<TextKey, string>;
