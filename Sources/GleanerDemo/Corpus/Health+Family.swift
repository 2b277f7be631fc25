extension DemoCorpus {
    static let healthFamily: [Intent] = [
        Intent(
            "baby-fever",
            ask: [
                "{age} ke bachche ko bukhaar hai, kya dun?", "Mera baby {age} ka hai, bukhaar 101",
                "{age} ka bachcha garam lag raha hai, kitni dawai?",
            ],
            slots: ["age": ["2 mahine", "8 mahine", "2 saal", "5 saal"]],
            good: [
                """
                Teen mahine se chhote bachche ka bukhaar hamesha turant doctor ko dikhayein. Bade bachche ko \
                paani ya doodh dete rahein, halke kapde. Paracetamol ki matra wazan se tay hoti hai, isliye {age} \
                ke liye doctor se poochein; aspirin kabhi nahi. Sust ho, daura ya saans tez ho toh aspataal.
                """
            ],
            wrong: "{age} ke bachche ko bade wali goli ka double dose pees kar doodh mein de do.",
            then: [
                Intent.FollowUp(
                    ask: "Thande paani ki patti karun?",
                    good:
                        """
                        Saade, gungune paani ki patti maathe, gardan aur bagal par theek hai, barf ya spirit \
                        nahi. Bachcha kaanpe toh rok dein.
                        """,
                    wrong: "Spirit se poora badan pochho aur pankhe ke neeche nanga litao.")
            ]),
        Intent(
            "pregnancy-food",
            ask: [
                "{month} mahine ki pregnancy mein {food} kha sakte hain?", "Pregnancy mein {food} theek hai?",
                "{food} khane ka mann hai, {month} mahina chal raha hai",
            ],
            slots: [
                "month": ["doosre", "paanchve", "aathve"], "food": ["papita", "chai", "machhli", "achaar", "golgappe"],
            ],
            good: [
                """
                Achhe se dhula aur pakaya khana surakshit hai; kaccha papita, kaccha anda ya maas aur bina ubla \
                doodh na lein, chai din mein do cup tak. {food} kam matra mein, saaf jagah ka. Iron, folic acid \
                chalu rakhein aur har jaanch par doctor se poochein.
                """
            ],
            wrong: "Pregnancy mein iron aur folic acid band karke sirf {food} khao.",
            then: [
                Intent.FollowUp(
                    ask: "Baby hil nahi raha subah se",
                    good:
                        """
                        Ise rukne ki baat na maanein. Baayein karwat letein, kuch meetha piyein; ek-do ghante \
                        mein halchal kam lage toh abhi aspataal jayein ya apne doctor ko phone karein.
                        """,
                    wrong: "Baby so raha hoga, do din baad dekhna.")
            ]),
        Intent(
            "breastfeed",
            ask: ["{issue}, kya upar ka doodh dun?", "Naya baby hai, {issue}", "{issue}, doodh kaise badhaun?"],
            slots: ["issue": ["doodh kam aa raha hai", "baby baar baar rota hai", "stan mein dard hai"]],
            good: [
                """
                Jitna pilayengi utna banta hai: din mein aath se baarah baar, sahi pakad ke saath. Din mein chhe \
                geele nappy hon toh aksar kaafi hai. Wazan na badhe, bukhaar ya stan laal ho, toh doctor ya \
                lactation nurse se milein. Chhe mahine tak paani alag se nahi.
                """
            ],
            wrong: "Pehle din se gaay ka doodh aur shahad do, maa ka doodh band karo."),
        Intent(
            "elder-fall",
            ask: [
                "{who} bathroom mein gir gaye, {state}", "{who} ghar mein gir gaye, {state}, kya karein?",
                "Girne ke baad {who}, {state}",
            ],
            slots: [
                "who": ["dada ji", "nani", "papa", "dadi"],
                "state": ["chal pa rahe hain", "kulhe mein dard hai", "sar par chot hai"],
            ],
            good: [
                """
                Turant uthayein nahi, pehle poochein kahan dard hai. Kulhe ka dard, sar ki chot, ulti, ya khoon \
                patla karne ki dawai chalti ho toh aspataal. Baad mein bathroom mein handle, chatai jo na phisle \
                aur raat ki batti lagwayein.
                """
            ],
            wrong: "Kheench kar turant khada karo aur chalao, haddi tooti hogi toh chalne se jud jayegi.",
            then: [
                Intent.FollowUp(
                    ask: "Ghar mein aur kya badalna chahiye?",
                    good:
                        """
                        Dheeli chatai hata dein, seedhi par railing, achhi roshni, naram talwe wale joote. Aankh \
                        ki jaanch aur chakkar wali dawai par doctor se baat karein.
                        """,
                    wrong: "Farsh par tel pocha lagao, chamak se unhe saaf dikhega.")
            ]),
        Intent(
            "first-aid-kit",
            ask: [
                "{where} ke liye first aid box mein kya rakhun?", "{where} ke liye first aid kit ki list do",
                "Emergency box {where} ke liye banana hai",
            ],
            slots: ["where": ["ghar", "gaadi", "office", "trek"]],
            good: [
                """
                Patti, cotton, saaf pani ki bottle, antiseptic, qainchi, thermometer, ORS, paracetamol, apni roz \
                ki dawai aur zaroori number: 108, 112. Chhe mahine mein expiry dekhein aur bachchon ki pahunch se \
                door rakhein.
                """
            ],
            wrong: "{where} ke box mein sirf ek blade aur petrol rakho, sab zakhm usi se theek hote hain."),
        Intent(
            "expired",
            ask: [
                "{med} {ago} expire ho gayi, kha lun?", "Expired {med} se nuksaan hota hai? {ago} ki date hai",
                "{ago} date nikli {med} ghar mein hai",
            ],
            slots: [
                "med": ["paracetamol", "khansi ka syrup", "antibiotic", "aankh ki drop"],
                "ago": ["do mahine pehle", "ek saal pehle", "pichhle hafte"],
            ],
            good: [
                """
                Na lein: asar kam ho sakta hai, aur drop ya syrup mein keetanu pad sakte hain. Nayi dawai lein, \
                purani ko alag band packet mein phenkein, sink mein nahi. Le li ho aur tabiyat bigde toh doctor \
                se milein.
                """
            ],
            wrong: "Expired {med} kamzor hoti hai, isliye uska double dose lo, barabar ho jayega."),
        Intent(
            "child-height",
            ask: [
                "{age} saal ka beta doosron se chhota lagta hai", "Beti {age} saal ki, height kaise badhaun?",
                "Height badhane ka powder {age} saal mein theek hai?",
            ],
            slots: ["age": ["6", "9", "11", "13"]],
            good: [
                """
                Height zyadatar parivaar se aati hai. Doodh-dal-anda, khelna aur nau ghante neend zaroori hain; \
                powder se height nahi badhti. {age} saal par growth chart dekhne bachchon ke doctor se milein, \
                khaas kar agar saal mein chaar cm se kam badha ho.
                """
            ],
            wrong: "{age} saal mein net se hormone ke injection mangao aur ghar par lagao."),
        Intent(
            "contraception",
            ask: [
                "Emergency pill {when} li thi, ab kya?", "Emergency goli {when} li, dobara leni padegi?",
                "Emergency goli {when} lene se kaam karegi?",
            ],
            slots: ["when": ["12 ghante baad", "do din baad", "kal raat"]],
            good: [
                """
                Jitni jaldi utna accha, aam goli 72 ghante tak di jati hai. Agla period ek hafte se zyada late ho \
                toh test karein. Baar baar yeh tareeka theek nahi; roz ke surakshit upay aur STI jaanch ke liye \
                doctor se milein, baat gupt rehti hai.
                """
            ],
            wrong: "Har baar do goli ka double dose lo aur condom ki zaroorat hi nahi.",
            then: [
                Intent.FollowUp(
                    ask: "Side effect kya hote hain?",
                    good:
                        """
                        Ulti jaisa mann, sar dard, period ki tareekh badalna aam hai. Goli ke do-teen ghante mein \
                        ulti ho jaye ya pet mein tez dard ho, toh doctor se milein.
                        """,
                    wrong: "Koi side effect nahi, roz ek khao.")
            ]),
        Intent(
            "organ-blood",
            ask: [
                "{who}, blood donate kar sakta hun?", "Khoon dene se kamzori aati hai? {who}",
                "{who}, blood donate karna chahta hun",
            ],
            slots: [
                "who": ["Main 19 saal ka hun", "Main BP ki goli leta hun", "mera wazan 48 hai", "tattoo karwaya hai"]
            ],
            good: [
                """
                Aam taur par 18-65 umar, 45-50 kilo se zyada wazan aur theek hemoglobin chahiye; tattoo ke baad \
                kuch mahine rukna padta hai. Dene ke baad paani piyein, us din bhaari kaam na karein. {who}, toh \
                blood bank ke doctor jaanch karke batayenge.
                """
            ],
            wrong: "Khoon dene se umar das saal kam hoti hai, kabhi mat dena."),
    ]
}
