import type { Texts } from './en.ts';

/** Danish. */
export const da: Texts = {
  'app.title': 'Underskriv et dokument',
  'app.loading': 'Åbner dokumentet …',

  'environment.test.name': 'TEST',
  'environment.test.text': 'Underskrifter her har ingen retsvirkning.',

  'frame.language': 'Sprog',
  'frame.menu': 'Menu',
  'frame.close': 'Luk',
  'frame.back_to_sender': 'Tilbage til {account}',
  'frame.back_to_document': 'Tilbage til dokumentet',

  'menu.heading': 'Menu',
  'menu.contact': 'Kontakt afsenderen',
  'menu.document': 'Om dokumentet',
  'menu.file_name': 'Filnavn',
  'menu.size': 'Størrelse',
  'menu.fingerprint': 'Fingeraftryk (SHA-256)',
  'menu.download': 'Hent dokumentet',
  'menu.downloading': 'Henter …',
  'menu.download_failed': 'Dokumentet kunne ikke hentes. Tjek din forbindelse, og prøv igen.',
  'menu.cancel': 'Afbryd underskrivningen',

  'cancel.heading': 'Vil du afbryde?',
  'cancel.body':
    'Du forlader siden uden at skrive under. Dokumentet er stadig åbent, og du kan vende tilbage med det samme link.',
  'cancel.confirm': 'Afbryd underskrivningen',
  'cancel.keep': 'Læs videre',
  'life.heading': 'Er du der stadig?',
  'life.body':
    'Siden lukker om cirka to minutter, fordi der ikke er sket noget her i et stykke tid. Du kan læse videre, så længe du vil.',
  'life.continue': 'Læs videre',
  'life.for_good_heading': 'Tiden er ved at løbe ud her',
  'life.for_good_body':
    'Siden har været åben længe og lukker om cirka to minutter. Intet går tabt: Du kan åbne den igen og skrive under der.',
  'life.understood': 'Jeg forstår',

  'contact.name': 'Navn',
  'contact.email': 'E-mail',
  'contact.phone': 'Telefon',
  'contact.web': 'Hjemmeside',
  'contact.none': '{account} har ikke oplyst kontaktoplysninger her. Brug den besked, hvor du fik linket.',
  'contact.questions': 'Har du spørgsmål? Kontakt {account}.',

  'read.asks': '{account} beder dig læse og underskrive dette dokument.',
  'read.effort':
    '{pages, plural, one {1 side} other {{pages, number} sider}}. Det tager cirka to minutter at skrive under.',
  'read.effort_unknown': 'Det tager cirka to minutter at skrive under.',
  'read.document_region': 'Dokument: {title}',
  'read.page': 'Side {page, number} af {pages, number}',
  'read.page_without_text': 'Denne side er et billede uden læsbar tekst.',
  'read.opening_pages': 'Åbner siderne …',
  'read.bar': 'Underskrift',
  'read.continue': 'Gå til underskrift',
  'read.zoom_in': 'Zoom ind',
  'read.zoom_out': 'Zoom ud',
  'read.fit_width': 'Tilpas til bredden',
  'read.zoom_now': 'Zoom {percent, number} procent',
  'read.show_source': 'Vis kildeteksten',
  'read.show_document': 'Vis dokumentet',
  'read.reduced':
    'Dele af dokumentet kan ikke vises her, for eksempel scripts eller billeder, der ligger andre steder. Du underskriver dokumentet, som det blev sendt. Du kan se kildeteksten eller hente dokumentet.',
  'read.failed': 'Dokumentet kunne ikke vises her.',
  'read.failed_next': 'Prøv igen, eller hent det, og læs det i et andet program.',
  'read.retry': 'Prøv igen',

  'attachment.position': 'Bilag {number, number} af {count, number}',
  'attachment.asks_to_open': '{account} beder dig se dette, før du skriver under.',
  'attachment.asks_to_read': '{account} beder dig læse dette til ende, før du skriver under.',
  'attachment.asks_to_sign':
    '{account} beder dig underskrive dette sammen med dokumentet. Du skriver under én gang for begge.',
  'attachment.effort':
    '{pages, plural, one {1 side} other {{pages, number} sider}}. Dokumentet, der skal underskrives, kommer bagefter.',
  'attachment.effort_unknown': 'Dokumentet, der skal underskrives, kommer bagefter.',
  'attachment.bar': 'Bilag',
  'attachment.read': 'Jeg har læst og forstået dette bilag',
  'attachment.read_first': 'Læs til ende for at komme videre.',
  'attachment.continue': 'Fortsæt',

  'remark.left_eid': 'Du kom tilbage, før du havde skrevet under. Intet er underskrevet.',
  'remark.no_connection': 'Der er ingen forbindelse lige nu, så intet blev startet. Tjek dit netværk, og prøv igen.',
  'remark.dismiss': 'Fjern beskeden',

  'choose.heading': 'Hvordan vil du skrive under?',
  'choose.greeting': 'Hej {name}. Vælg det eID, du vil bruge.',
  'choose.greeting_unknown': 'Vælg det eID, du vil bruge.',
  'choose.no_bankid_netcentric': 'Med din norske bank, på mobilen eller med kodeviser',
  'choose.any_eid': 'Skriv under med dette eID',

  'hand_over.heading': 'Åbner {method} …',
  'hand_over.body': 'Du skriver under på siden for {method}. Bagefter kommer du tilbage hertil.',
  'hand_over.window_heading': 'Fortsæt i vinduet med {method}',
  'hand_over.blocked_heading': '{method} skal åbnes i sit eget vindue',
  'hand_over.window_body':
    'Du skriver under med {method} i et nyt vindue. Lad denne side stå åben. Den går selv videre, når du er færdig der.',
  'hand_over.open': 'Åbn {method}',
  'hand_over.open_again': 'Åbn vinduet igen',

  'sealing.heading': 'Forsegler din underskrift …',
  'sealing.body':
    'Vi kontrollerer svaret fra dit eID og låser det til dokumentet. Det tager nogle sekunder, så lad siden stå åben.',

  'signed.heading': 'Underskrevet.',
  'signed.body': 'Du har underskrevet »{title}«.',
  'signed.who': 'Navn',
  'signed.when': 'Tidspunkt',
  'signed.how': 'Metode',
  'signed.sender': 'Afsender',
  'signed.remaining':
    '{count, plural, =0 {Alle har skrevet under.} one {Én person mangler at skrive under.} other {{count, number} personer mangler at skrive under.}}',
  'signed.remaining_term': 'Andre',
  'signed.download': 'Hent dit eksemplar',
  'signed.downloading': 'Henter …',
  'signed.preparing': 'Gør dit eksemplar klar …',
  'signed.ready': 'Dit eksemplar er klar.',
  'signed.late':
    'Det tager længere tid end normalt at gøre dit eksemplar klar. Din underskrift er gemt, og {account} kan også sende dig eksemplaret.',
  'signed.check_again': 'Tjek igen',
  'signed.copy_later': '{account} kan sende dig et eksemplar, når alle har skrevet under.',
  'signed.close': 'Du kan lukke siden nu.',

  'stop.waiting_for_attachments.heading': 'Afsenderen er ikke helt klar',
  'stop.waiting_for_attachments.body':
    '{account} har ikke tilføjet det hele endnu. Siden tjekker selv igen, så du kan lade den stå åben.',
  'stop.not_your_turn.heading': 'Det er ikke din tur endnu',
  'stop.not_your_turn.body':
    'En anden skal skrive under før dig. Siden tjekker selv igen, eller du kan vende tilbage senere med det samme link.',
  'stop.completed_without_you.heading': 'Din underskrift er ikke længere nødvendig',
  'stop.completed_without_you.body': 'Tilstrækkeligt mange andre har skrevet under, så dokumentet er færdigt uden dig.',
  'stop.expired.heading': 'Fristen for at skrive under er udløbet',
  'stop.expired.body':
    'Dokumentet kan ikke længere underskrives. Bed {account} om et nyt, hvis du stadig vil skrive under.',
  'stop.canceled.heading': 'Afsenderen har trukket dokumentet tilbage',
  'stop.canceled.body': '{account} har trukket dokumentet tilbage. Du behøver ikke at gøre noget.',
  'stop.unknown_link.heading': 'Linket virker ikke',
  'stop.unknown_link.body': 'Tjek, at du fik hele linket med, eller bed afsenderen om et nyt.',
  'stop.open_link_again.heading': 'Åbn linket igen',
  'stop.open_link_again.body':
    'Af sikkerhedsgrunde virker siden kun i den fane, hvor du åbnede den. Brug linket i den besked, du fik.',
  'stop.session_ended.heading': 'Din session er slut',
  'stop.session_ended.body':
    'Der skete ikke noget her i et stykke tid, så vi lukkede dokumentet. Intet af det, du har gjort, er gået tabt. (SA-1017)',
  'stop.session_ended.action': 'Start igen',
  'stop.maintenance.heading': 'Vi er snart tilbage',
  'stop.maintenance.body': 'Tjenesten bliver vedligeholdt. Siden prøver selv igen.',
  'stop.maintenance.action': 'Prøv nu',
  'stop.canceled_by_you.heading': 'Du afbrød underskrivningen',
  'stop.canceled_by_you.body': 'Intet er underskrevet. Dokumentet er stadig åbent, og dit link virker.',
  'stop.canceled_by_you.action': 'Fortsæt underskrivningen',
  'stop.eid_window.heading': 'Du kan lukke dette vindue',
  'stop.eid_window.body': 'Gå tilbage til den side, hvor du begyndte at skrive under. Den går selv videre.',

  'failed.heading': 'Noget gik galt',
  'failed.heading_eid': 'Underskriften blev ikke gennemført',
  'failed.nothing_signed': 'Intet er underskrevet.',
  'failed.SA-1000': 'Dokumentet kunne ikke åbnes. Tjek din forbindelse, og prøv igen.',
  'failed.SA-1001': 'Denne måde at skrive under på tilbydes ikke længere for dokumentet. Sig det til afsenderen.',
  'failed.SA-1009': 'Siden kan ikke vise dokumenter af denne type. Sig det til afsenderen.',
  'failed.SA-1011': 'Der er ingen måde tilbage at underskrive dokumentet på. Sig det til afsenderen.',
  'failed.SA-1012': 'Dit eID kunne ikke bekræfte underskriften. Du kan prøve igen.',
  'failed.SA-1013': 'Vi kunne ikke få forbindelse til tjenesten. Tjek din forbindelse, og prøv igen.',
  'failed.SA-1014': 'Vi kunne ikke starte dit eID. Der kan være travlt, så prøv igen om lidt.',
  'failed.SA-1015': 'Der blev sendt noget med, som siden ikke kan vise. Sig det til afsenderen.',
  'failed.SA-1017': 'Det tog for lang tid og blev stoppet. Du kan prøve igen.',
  'failed.SA-1028': 'Den person, der identificerede sig, er ikke den, dokumentet blev sendt til.',
  'failed.SA-1029': 'Vi kunne ikke gemme, at du godkendte bilaget. Du kan prøve igen.',
  'failed.other': 'Trinnet kunne ikke gennemføres. Du kan prøve igen.',
  'failed.no_answer':
    'Vi ved endnu ikke, om din underskrift blev gemt. Prøv igen for at finde ud af det. Den bliver ikke lavet to gange.',
  'failed.eid_says': 'Dit eID melder: {message}',
  'failed.try_again': 'Prøv igen',
  'failed.leave': 'Forlad uden at skrive under',
  'failed.code': 'Fejlkode',
  'failed.eid_code': 'Kode fra dit eID',
  'failed.request': 'Forespørgsel',
};
