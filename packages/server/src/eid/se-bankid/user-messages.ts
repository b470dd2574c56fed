import type { EidMessage } from '../contract/attempt.ts';

const messages = {
  waitForApp: {
    en: 'Start your BankID app.',
    sv: 'Starta BankID-appen.',
    no: 'Start BankID-appen din.',
    da: 'Start din BankID-app.',
    fi: 'Käynnistä BankID-sovellus.',
    de: 'Starten Sie Ihre BankID-App.',
  },
  searching: {
    en: 'Your BankID app is starting. Look in it.',
    sv: 'BankID-appen startar. Titta i den.',
    no: 'BankID-appen starter. Se i den.',
    da: 'BankID-appen starter. Se i den.',
    fi: 'BankID-sovellus käynnistyy. Jatka siinä.',
    de: 'Ihre BankID-App startet. Sehen Sie dort nach.',
  },
  sign: {
    en: 'Enter your security code in the BankID app and choose Identify or Sign.',
    sv: 'Skriv in din säkerhetskod i BankID-appen och välj Legitimera eller Skriv under.',
    no: 'Skriv inn sikkerhetskoden i BankID-appen og velg Legitimera eller Skriv under.',
    da: 'Indtast din sikkerhedskode i BankID-appen, og vælg Legitimera eller Skriv under.',
    fi: 'Anna turvakoodi BankID-sovelluksessa ja valitse Legitimera tai Skriv under.',
    de: 'Geben Sie Ihren Sicherheitscode in der BankID-App ein und wählen Sie Legitimera oder Skriv under.',
  },
  passport: {
    en: 'Take a photo of your identity document and read its chip with the BankID app.',
    sv: 'Fota och läs av din ID-handling med BankID-appen.',
    no: 'Ta bilde av ID-dokumentet ditt og les av brikken med BankID-appen.',
    da: 'Tag et billede af dit id-dokument, og aflæs chippen med BankID-appen.',
    fi: 'Kuvaa henkilöasiakirjasi ja lue sen siru BankID-sovelluksella.',
    de: 'Fotografieren Sie Ihr Ausweisdokument und lesen Sie den Chip mit der BankID-App aus.',
  },
  confirmCall: {
    en: 'Confirm in the BankID app that you are in this telephone call.',
    sv: 'Bekräfta i BankID-appen att du är i det här telefonsamtalet.',
    no: 'Bekreft i BankID-appen at du er i denne telefonsamtalen.',
    da: 'Bekræft i BankID-appen, at du er i denne telefonsamtale.',
    fi: 'Vahvista BankID-sovelluksessa, että olet tässä puhelussa.',
    de: 'Bestätigen Sie in der BankID-App, dass Sie in diesem Telefongespräch sind.',
  },
  ongoing: {
    en: 'Identification or signing is in progress.',
    sv: 'Identifiering eller underskrift pågår.',
    no: 'Identifisering eller signering pågår.',
    da: 'Identifikation eller underskrift er i gang.',
    fi: 'Tunnistautuminen tai allekirjoitus on käynnissä.',
    de: 'Die Identifizierung oder Unterschrift läuft.',
  },
  canceled: {
    en: 'Canceled. Try again.',
    sv: 'Avbrutet. Försök igen.',
    no: 'Avbrutt. Prøv igjen.',
    da: 'Afbrudt. Prøv igen.',
    fi: 'Keskeytetty. Yritä uudelleen.',
    de: 'Abgebrochen. Versuchen Sie es noch einmal.',
  },
  alreadyInProgress: {
    en: 'An identification or signing for this personal number had already begun. Try again.',
    sv: 'En identifiering eller underskrift för det här personnumret är redan påbörjad. Försök igen.',
    no: 'En identifisering eller signering for dette personnummeret var allerede i gang. Prøv igjen.',
    da: 'En identifikation eller underskrift for dette personnummer var allerede i gang. Prøv igen.',
    fi: 'Tunnistautuminen tai allekirjoitus tällä henkilötunnuksella oli jo kesken. Yritä uudelleen.',
    de: 'Für diese Personennummer lief bereits eine Identifizierung oder Unterschrift. Versuchen Sie es noch einmal.',
  },
  technicalError: {
    en: 'BankID has a technical problem. Try again.',
    sv: 'Tekniskt fel hos BankID. Försök igen.',
    no: 'Teknisk feil hos BankID. Prøv igjen.',
    da: 'Teknisk fejl hos BankID. Prøv igen.',
    fi: 'BankID:ssä on tekninen vika. Yritä uudelleen.',
    de: 'BankID hat ein technisches Problem. Versuchen Sie es noch einmal.',
  },
  userCanceled: {
    en: 'You canceled.',
    sv: 'Du avbröt.',
    no: 'Du avbrøt.',
    da: 'Du afbrød.',
    fi: 'Keskeytit.',
    de: 'Sie haben abgebrochen.',
  },
  expired: {
    en: 'The BankID app does not answer. Check that it has started and that you are online, then try again.',
    sv: 'BankID-appen svarar inte. Kontrollera att den är startad och att du har internet, och försök igen.',
    no: 'BankID-appen svarer ikke. Kontroller at den er startet og at du er på nett, og prøv igjen.',
    da: 'BankID-appen svarer ikke. Kontrollér, at den er startet, og at du er online, og prøv igen.',
    fi: 'BankID-sovellus ei vastaa. Tarkista, että se on käynnissä ja että verkkoyhteys toimii, ja yritä uudelleen.',
    de: 'Die BankID-App antwortet nicht. Prüfen Sie, ob sie läuft und ob Sie online sind, und versuchen Sie es noch einmal.',
  },
  certificate: {
    en: 'This BankID is blocked or too old. Use another one, or get a new one from your bank.',
    sv: 'Detta BankID är spärrat eller för gammalt. Använd ett annat eller skaffa ett nytt hos din bank.',
    no: 'Denne BankID-en er sperret eller for gammel. Bruk en annen, eller skaff en ny i banken din.',
    da: 'Dette BankID er spærret eller for gammelt. Brug et andet, eller få et nyt hos din bank.',
    fi: 'Tämä BankID on suljettu tai liian vanha. Käytä toista tai hanki pankistasi uusi.',
    de: 'Diese BankID ist gesperrt oder zu alt. Verwenden Sie eine andere, oder holen Sie sich bei Ihrer Bank eine neue.',
  },
  notStarted: {
    en: 'The BankID app could not be started, or the QR code was not read. Check that it is installed, then try again.',
    sv: 'BankID-appen kunde inte startas, eller QR-koden lästes inte av. Kontrollera att appen är installerad och försök igen.',
    no: 'BankID-appen kunne ikke startes, eller QR-koden ble ikke lest. Kontroller at appen er installert, og prøv igjen.',
    da: 'BankID-appen kunne ikke startes, eller QR-koden blev ikke læst. Kontrollér, at appen er installeret, og prøv igen.',
    fi: 'BankID-sovellusta ei voitu käynnistää tai QR-koodia ei luettu. Tarkista, että sovellus on asennettu, ja yritä uudelleen.',
    de: 'Die BankID-App konnte nicht gestartet werden, oder der QR-Code wurde nicht gelesen. Prüfen Sie, ob die App installiert ist, und versuchen Sie es noch einmal.',
  },
  appTooOld: {
    en: 'This BankID app cannot do this. Update it and try again.',
    sv: 'Den här BankID-appen stöder inte detta. Uppdatera den och försök igen.',
    no: 'Denne BankID-appen støtter ikke dette. Oppdater den og prøv igjen.',
    da: 'Denne BankID-app understøtter ikke dette. Opdatér den, og prøv igen.',
    fi: 'Tämä BankID-sovellus ei tue tätä. Päivitä se ja yritä uudelleen.',
    de: 'Diese BankID-App unterstützt das nicht. Aktualisieren Sie sie und versuchen Sie es noch einmal.',
  },
  declinedByRisk: {
    en: 'BankID stopped this because the risk was too high.',
    sv: 'BankID stoppade detta eftersom risken var för hög.',
    no: 'BankID stoppet dette fordi risikoen var for høy.',
    da: 'BankID standsede dette, fordi risikoen var for høj.',
    fi: 'BankID pysäytti tämän, koska riski oli liian suuri.',
    de: 'BankID hat das gestoppt, weil das Risiko zu hoch war.',
  },
  unknownEnd: {
    en: 'Something went wrong. Try again.',
    sv: 'Något gick fel. Försök igen.',
    no: 'Noe gikk galt. Prøv igjen.',
    da: 'Noget gik galt. Prøv igen.',
    fi: 'Jokin meni vikaan. Yritä uudelleen.',
    de: 'Etwas ist schiefgegangen. Versuchen Sie es noch einmal.',
  },
  wrongPerson: {
    en: 'This is for another person than the one who used BankID.',
    sv: 'Detta gäller en annan person än den som använde BankID.',
    no: 'Dette gjelder en annen person enn den som brukte BankID.',
    da: 'Dette gælder en anden person end den, der brugte BankID.',
    fi: 'Tämä koskee toista henkilöä kuin sitä, joka käytti BankID:tä.',
    de: 'Das betrifft eine andere Person als die, die BankID verwendet hat.',
  },
} satisfies Record<string, EidMessage>;

const waiting: Record<string, EidMessage> = {
  outstandingTransaction: messages.waitForApp,
  noClient: messages.waitForApp,
  started: messages.searching,
  userMrtd: messages.passport,
  userCallConfirm: messages.confirmCall,
  userSign: messages.sign,
};

/** What a person is told while an order waits. Codes that are new to us are no fault. */
export function messageOfWaiting(hintCode: string | undefined): EidMessage {
  return waiting[hintCode ?? ''] ?? messages.ongoing;
}

export interface Failure {
  /** Segl's code; `canceled` is no failure. */
  code: string;
  message: EidMessage;
}

const failures: Record<string, Failure> = {
  userCancel: { code: 'canceled', message: messages.userCanceled },
  userDeclinedCall: { code: 'canceled', message: messages.userCanceled },
  cancelled: { code: 'already_in_progress', message: messages.canceled },
  expiredTransaction: { code: 'timed_out', message: messages.expired },
  certificateErr: { code: 'id_blocked', message: messages.certificate },
  startFailed: { code: 'app_not_started', message: messages.notStarted },
  notSupportedByUserApp: { code: 'client_unsupported', message: messages.appTooOld },
  transactionRiskBlocked: { code: 'provider_error', message: messages.declinedByRisk },
  nin_mismatch: { code: 'nin_mismatch', message: messages.wrongPerson },
  alreadyinprogress: { code: 'already_in_progress', message: messages.alreadyInProgress },
  maintenance: { code: 'provider_unavailable', message: messages.technicalError },
  requesttimeout: { code: 'provider_unavailable', message: messages.technicalError },
  internalerror: { code: 'provider_error', message: messages.technicalError },
};

/** What a failed order's hint code, or an error code in small letters, means. */
export function findFailure(code: string): Failure {
  return failures[code] ?? { code: 'provider_error', message: messages.unknownEnd };
}
