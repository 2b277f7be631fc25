extension WordList {
    /// As it is typed. One spelling a word is enough where `RomanHindi` folds the others to it.
    static let romanHindi: [WordList] = [
        list(
            "harassment",
            """
            0.6: bewakoof | bevkuf | bewkoof | gadha | gadhe | ullu ka pattha | ullu ke patthe | nikamma | nikamme | pagal aadmi
            0.75: kutta sala | saala kutta | sale kutte | kutte kamine | kutte ke | kutiya | kamina | kamine | kameena | haraami*
            0.75: haramzada | haramzade | haramkhor | nalayak sala | chup kar be | aukat me reh
            0.85: chutiya* | chutiye | chutia* | chutyapa | chu tiya | madarchod* | maderchod* | madarjat | mc bc | bhenchod*
            0.85: behenchod* | bahenchod* | bahanchod* | benchod* | banchod* | bhosdike | bhosdi* | bhosadi* | bsdk | gandu | gaandu
            0.6: randi | raand
            0.85: lodu | lavde | lawde | laude | lund ke | jhatu | jhaatu | chodu | tatti kha
            """),
        list(
            "harassment/threatening",
            """
            0.9: maar dunga | maar dungi | mar dunga tujhe | maar dalunga | maar daalunga | jaan se maar | jaan se mar dunga
            0.9: kaat dunga | kaat dalunga | haddi tod dunga | haddiya tod | taang tod dunga | uthwa lunga | utha lunga tujhe
            0.9: goli maar dunga | zinda nahi chhodunga | jinda nai chodunga | dekh lunga tujhe | ghar aake marunga
            """),
        list(
            "hate",
            """
            0.8: katua | katue | katwe | mulle saale | mullo ko | jihadi kaum | neech jaat | neech jati | bhangi saala | chamar saala
            0.8: chinki | chinky | madrasi kala | bihari gawar
            0.85: sab _ aatankwadi | saare _ aatankwadi | sab _ gaddar | saare _ gaddar | sab _ terrorist | saare _ terrorist
            """),
        list(
            "hate/threatening",
            """
            0.95: sab _ ko maar | saare _ ko maar | sab _ ko kaat | saare _ ko kaat | sab _ ko jala | saare _ ko jala
            0.95: goli maaro saalo ko | inko desh se bhagao
            """),
        list(
            "self-harm",
            """
            0.7: suicide | khudkushi | khudkhushi | aatmahatya | atmahatya | aatamhatya | khud ko nuksan | nas kaat*
            """),
        list(
            "self-harm/intent",
            """
            0.95: marna chahta | marna chahti | mar jana chahta | mar jana chahti | khud ko maar | apni jaan le | apni jaan de
            0.95: jaan de dunga | jaan de dungi | suicide karna chahta | suicide karna chahti | suicide kar lunga | suicide kar lungi
            0.95: khudkushi karna | khudkushi kar | aatmahatya kar | faansi laga | fansi laga lunga
            0.9: jeena nahi chahta | jeena nahi chahti | jina nahi chahta | jina nahi chahti | jeene ka mann nahi | jeene ka man nai
            0.9: jine ka man nahi | mar jaun | mar jau main | mar jaana hai | marne ka mann | mar jana hi | zindagi se thak
            """),
        list(
            "self-harm/instructions",
            """
            0.95: suicide kaise | khudkushi kaise | aatmahatya kaise | marne ka aasan tarika | marne ka asaan tareeka | kaise maru khud
            0.95: kitni goli khane se mar | bina dard ke mar | ja ke mar ja | jaake mar | mar ja tu | tu mar kyu nahi jata
            """),
        list(
            "violence",
            """
            0.75: usko maar dalo | use maar daalo | maar dalna chahta | maar dalna chahti | chaku maar* | chaaku se | tezab phek*
            0.75: acid phek* | katal kar | qatl kar | khoon kar dunga | gala ghot* | gala kaat* | peet peet kar
            """),
        list(
            "violence/graphic",
            """
            0.8: sir dhad se alag | sar dhad se alag | aante bahar | tukde tukde kar dunga | khoon se lathpath laash | kata hua sir
            """),
        list(
            "illicit",
            """
            0.75: ganja kahan | ganja kaha mil* | charas kahan | charas kaha mil* | drugs kahan | drugs kaha mil* | nakli note
            0.75: nakli aadhaar | fake aadhaar | farzi aadhaar | fake aadhar kaise | farzi degree | farzi passport | rishwat kaise
            0.75: whatsapp hack kar* | account hack kar* | otp kaise churaye | maal kahan milega
            """),
        list(
            "illicit/violent",
            """
            0.95: bomb banana | bomb kaise ban* | bomb banane | bam kaise banaye | visfotak ban* | supari dena | supari killer
            0.95: zeher dekar maar | jahar deke maar | katta kahan | katta kaha mil* | desi katta | pistol kahan mil*
            """),
        list(
            "sexual",
            """
            0.7: nangi photo | nangi pic* | nangi tasveer | ashleel | blue film | sex video bhej* | chudai | chodna | chodunga
            0.7: sexy kahani | sex kahani | desi sex | lund | choot | chut maar* | doodh dikha | boobs dikha | nude bhej*
            """),
        list(
            "sexual/minors",
            """
            0.98: bachi ke saath sex | bacchi ke sath sex | bachchi ki nangi | bachi ki nangi | nabalig ke sath sex | nabalig ladki ki nangi
            0.98: chhoti ladki ki nangi | choti bachi sex*
            """),
    ]

    private static func list(_ category: String, _ text: String) -> WordList {
        WordList(category: category, language: .romanHindi, text: text)
    }
}
