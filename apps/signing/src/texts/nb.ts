import type { Texts } from './en.ts';

/** Norwegian bokmål. */
export const nb: Texts = {
  'app.title': 'Signer et dokument',
  'app.loading': 'Åpner dokumentet …',

  'environment.test.name': 'TEST',
  'environment.test.text': 'Signaturer her har ingen rettsvirkning.',

  'frame.language': 'Språk',
  'frame.menu': 'Meny',
  'frame.close': 'Lukk',
  'frame.back_to_sender': 'Tilbake til {account}',
  'frame.back_to_document': 'Tilbake til dokumentet',

  'menu.heading': 'Meny',
  'menu.contact': 'Kontakt avsenderen',
  'menu.document': 'Om dokumentet',
  'menu.file_name': 'Fil',
  'menu.size': 'Størrelse',
  'menu.fingerprint': 'Fingeravtrykk (SHA-256)',
  'menu.download': 'Last ned dokumentet',
  'menu.downloading': 'Laster ned …',
  'menu.download_failed': 'Dokumentet kunne ikke lastes ned. Sjekk nettet og prøv igjen.',
  'menu.cancel': 'Avbryt signeringen',

  'cancel.heading': 'Vil du avbryte?',
  'cancel.body':
    'Du går ut uten å signere. Dokumentet er fortsatt åpent, og du kan komme tilbake med den samme lenken.',
  'cancel.confirm': 'Avbryt signeringen',
  'cancel.keep': 'Les videre',
  'life.heading': 'Er du fortsatt der?',
  'life.body':
    'Siden lukkes om omtrent to minutter, fordi det ikke har skjedd noe her på en stund. Du kan lese videre så lenge du vil.',
  'life.continue': 'Les videre',
  'life.for_good_heading': 'Tiden er snart ute her',
  'life.for_good_body':
    'Siden har vært åpen lenge og lukkes om omtrent to minutter. Ingenting går tapt: Du kan åpne den på nytt og signere da.',
  'life.understood': 'Jeg forstår',

  'contact.name': 'Navn',
  'contact.email': 'E-post',
  'contact.phone': 'Telefon',
  'contact.web': 'Nettsted',
  'contact.none': '{account} har ikke lagt inn kontaktinformasjon. Svar på meldingen der du fikk lenken.',
  'contact.questions': 'Spørsmål? Ta kontakt med {account}.',

  'read.asks': '{account} ber deg lese og signere dette dokumentet.',
  'read.effort': '{pages, plural, one {1 side} other {{pages, number} sider}}. Det tar omtrent to minutter å signere.',
  'read.effort_unknown': 'Det tar omtrent to minutter å signere.',
  'read.document_region': 'Dokument: {title}',
  'read.page': 'Side {page, number} av {pages, number}',
  'read.page_without_text': 'Denne siden er et bilde uten lesbar tekst.',
  'read.opening_pages': 'Åpner sidene …',
  'read.bar': 'Signering',
  'read.continue': 'Gå til signering',
  'read.zoom_in': 'Zoom inn',
  'read.zoom_out': 'Zoom ut',
  'read.fit_width': 'Tilpass til bredden',
  'read.zoom_now': 'Zoom {percent, number} prosent',
  'read.show_source': 'Vis kildeteksten',
  'read.show_document': 'Vis dokumentet',
  'read.reduced':
    'Deler av dokumentet kan ikke vises her, for eksempel skript eller bilder som ligger andre steder. Du signerer dokumentet slik det ble sendt. Du kan se på kildeteksten eller laste ned dokumentet.',
  'read.failed': 'Dokumentet kunne ikke vises her.',
  'read.failed_next': 'Prøv igjen, eller last det ned og les det i et annet program.',
  'read.retry': 'Prøv igjen',

  'attachment.position': 'Vedlegg {number, number} av {count, number}',
  'attachment.asks_to_open': '{account} ber deg se dette før du signerer.',
  'attachment.asks_to_read': '{account} ber deg lese dette til slutten før du signerer.',
  'attachment.asks_to_sign': '{account} ber deg signere dette sammen med dokumentet. Du signerer én gang for begge.',
  'attachment.effort':
    '{pages, plural, one {1 side} other {{pages, number} sider}}. Dokumentet som skal signeres, kommer etterpå.',
  'attachment.effort_unknown': 'Dokumentet som skal signeres, kommer etterpå.',
  'attachment.bar': 'Vedlegg',
  'attachment.read': 'Jeg har lest og forstått dette vedlegget',
  'attachment.read_first': 'Les til slutten for å gå videre.',
  'attachment.continue': 'Fortsett',

  'remark.left_eid': 'Du kom tilbake før du hadde signert. Ingenting er signert.',
  'remark.no_connection': 'Du er uten nett akkurat nå, så ingenting ble startet. Sjekk nettet og prøv igjen.',
  'remark.dismiss': 'Fjern meldingen',

  'choose.heading': 'Hvordan vil du signere?',
  'choose.greeting': 'Hei, {name}. Velg hvilken e-ID du vil bruke.',
  'choose.greeting_unknown': 'Velg hvilken e-ID du vil bruke.',
  'choose.no_bankid_netcentric': 'Med banken din, på mobil eller med kodebrikke',
  'choose.any_eid': 'Signer med denne e-ID-en',

  'hand_over.heading': 'Åpner {method} …',
  'hand_over.body': 'Du signerer på siden til {method}. Etterpå kommer du tilbake hit.',

  'hand_over.window_heading': 'Fortsett i vinduet til {method}',
  'hand_over.blocked_heading': '{method} må åpnes i et eget vindu',
  'hand_over.window_body':
    'Du signerer med {method} i et nytt vindu. La denne siden stå åpen. Den går videre av seg selv når du er ferdig der.',
  'hand_over.open': 'Åpne {method}',
  'hand_over.open_again': 'Åpne vinduet på nytt',

  'sealing.heading': 'Forsegler signaturen din …',
  'sealing.body':
    'Vi sjekker svaret fra e-ID-en og låser det til dokumentet. Det tar noen sekunder, så la siden stå åpen.',

  'signed.heading': 'Signert.',
  'signed.body': 'Du har signert «{title}».',
  'signed.who': 'Navn',
  'signed.when': 'Tidspunkt',
  'signed.how': 'Metode',
  'signed.sender': 'Avsender',
  'signed.remaining':
    '{count, plural, =0 {Alle har signert.} one {Én person har ikke signert ennå.} other {{count, number} personer har ikke signert ennå.}}',
  'signed.remaining_term': 'Andre',
  'signed.download': 'Last ned ditt eksemplar',
  'signed.downloading': 'Laster ned …',
  'signed.preparing': 'Gjør klar ditt eksemplar …',
  'signed.ready': 'Ditt eksemplar er klart.',
  'signed.late':
    'Det tar lengre tid enn vanlig å gjøre klar ditt eksemplar. Signaturen din er trygg, og {account} kan også sende deg eksemplaret.',
  'signed.check_again': 'Sjekk igjen',
  'signed.copy_later': '{account} kan sende deg et eksemplar når alle har signert.',
  'signed.close': 'Du kan lukke denne siden nå.',

  'stop.waiting_for_attachments.heading': 'Avsenderen er ikke helt klar',
  'stop.waiting_for_attachments.body':
    '{account} har ikke lagt til alt ennå. Siden sjekker selv på nytt, så du kan la den stå åpen.',
  'stop.not_your_turn.heading': 'Det er ikke din tur ennå',
  'stop.not_your_turn.body':
    'Noen andre skal signere før deg. Siden sjekker selv på nytt, eller du kan komme tilbake senere med den samme lenken.',
  'stop.completed_without_you.heading': 'Signaturen din trengs ikke lenger',
  'stop.completed_without_you.body': 'Nok andre har signert, så dokumentet er ferdig uten deg.',
  'stop.expired.heading': 'Fristen for å signere er ute',
  'stop.expired.body': 'Dokumentet kan ikke signeres lenger. Be {account} om et nytt hvis du fortsatt vil signere.',
  'stop.canceled.heading': 'Avsenderen har trukket dokumentet',
  'stop.canceled.body': '{account} har trukket dokumentet tilbake. Du trenger ikke å gjøre noe.',
  'stop.unknown_link.heading': 'Denne lenken virker ikke',
  'stop.unknown_link.body': 'Sjekk at hele lenken ble kopiert, eller be avsenderen om en ny.',
  'stop.open_link_again.heading': 'Åpne lenken på nytt',
  'stop.open_link_again.body':
    'Av sikkerhetsgrunner virker siden bare i fanen der du åpnet den. Bruk lenken i meldingen du fikk.',
  'stop.session_ended.heading': 'Økten din er avsluttet',
  'stop.session_ended.body':
    'Det skjedde ikke noe her på en stund, så vi lukket dokumentet. Ingenting du har gjort, er tapt. (SA-1017)',
  'stop.session_ended.action': 'Start på nytt',
  'stop.maintenance.heading': 'Vi er straks tilbake',
  'stop.maintenance.body': 'Vi gjør vedlikehold på tjenesten. Siden prøver selv på nytt.',
  'stop.maintenance.action': 'Prøv nå',
  'stop.canceled_by_you.heading': 'Du avbrøt signeringen',
  'stop.canceled_by_you.body': 'Ingenting er signert. Dokumentet er fortsatt åpent, og lenken din virker.',
  'stop.canceled_by_you.action': 'Fortsett å signere',

  'stop.eid_window.heading': 'Du kan lukke dette vinduet',
  'stop.eid_window.body': 'Gå tilbake til siden der du begynte å signere. Den går videre av seg selv.',

  'failed.heading': 'Noe gikk galt',
  'failed.heading_eid': 'Signeringen ble ikke fullført',
  'failed.nothing_signed': 'Ingenting er signert.',
  'failed.SA-1000': 'Dokumentet kunne ikke åpnes. Sjekk nettet og prøv igjen.',
  'failed.SA-1001': 'Denne måten å signere på tilbys ikke lenger for dokumentet. Si fra til avsenderen.',
  'failed.SA-1009': 'Siden kan ikke vise dokumenter av denne typen. Si fra til avsenderen.',
  'failed.SA-1011': 'Det er ingen måte igjen å signere dette dokumentet på. Si fra til avsenderen.',
  'failed.SA-1012': 'E-ID-en din kunne ikke bekrefte signaturen. Du kan prøve igjen.',
  'failed.SA-1013': 'Vi fikk ikke kontakt med tjenesten. Sjekk nettet og prøv igjen.',
  'failed.SA-1014': 'Vi fikk ikke startet e-ID-en. Den kan være opptatt, så prøv igjen om litt.',
  'failed.SA-1015': 'Det ble sendt med noe som siden ikke kan vise. Si fra til avsenderen.',
  'failed.SA-1017': 'Det tok for lang tid og ble stoppet. Du kan prøve igjen.',
  'failed.SA-1028': 'Den som identifiserte seg, er ikke den dokumentet ble sendt til.',
  'failed.SA-1029': 'Vi fikk ikke lagret at du godtok vedlegget. Du kan prøve igjen.',
  'failed.other': 'Steget kunne ikke fullføres. Du kan prøve igjen.',
  'failed.no_answer':
    'Vi vet ikke ennå om signaturen din ble lagret. Prøv igjen for å finne det ut; den blir ikke laget to ganger.',
  'failed.eid_says': 'E-ID-en sier: {message}',
  'failed.try_again': 'Prøv igjen',
  'failed.leave': 'Gå ut uten å signere',
  'failed.code': 'Feilkode',
  'failed.eid_code': 'Kode fra e-ID-en',
  'failed.request': 'Forespørsel',
};
