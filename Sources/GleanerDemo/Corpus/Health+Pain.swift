extension DemoCorpus {
    static let healthPain: [Intent] = [
        Intent(
            "headache",
            ask: [
                "{since} se sar dard hai, kya karun?", "Sar mein dard {since} se, goli lun?",
                "{since} se aadha sar dukh raha hai",
            ],
            slots: ["since": Slots.durations],
            good: [
                """
                Paani piyein, andhere kamre mein aaram karein aur screen se door rahein. Paracetamol packet par \
                likhi matra mein li ja sakti hai, hafte mein do din se zyada nahi. Achanak bahut tez dard, \
                bukhaar ke saath gardan akadna, ulti ya haath-pair mein kamzori ho toh turant aspataal.
                """
            ],
            wrong: "Sar dard {since} se hai toh goli ka double dose lo, aur na jaye toh har ghante phir se.",
            then: [
                Intent.FollowUp(
                    ask: "Migraine hai ya normal dard, kaise samjhun?",
                    good:
                        """
                        Migraine mein aksar ek taraf dhadakta dard, roshni se takleef aur ulti jaisa mann hota \
                        hai. Do-teen hafte ki diary likhein: kab hua, kya khaya, kitni neend. Doctor se milein, \
                        usse pehchaan aasaan hogi.
                        """,
                    wrong: "Dono ek hi hain, sar par kas kar patti baandho aur bhool jao.")
            ]),
        Intent(
            "back-pain",
            ask: [
                "Kamar mein dard hai, {cause}", "{cause}, kamar dukhti hai, exercise batao",
                "Kamar dard ke liye kya karun? {cause}",
            ],
            slots: [
                "cause": [
                    "din bhar kursi par baithta hun", "bhaari saamaan uthaya tha", "bike zyada chalata hun",
                    "subah uthte hi hota hai",
                ]
            ],
            good: [
                """
                Poora bed rest mat karein, halka chalna accha hai. Garam sek, har 40 minute mein uthna, aur jhuk \
                kar nahi balki ghutne mod kar saamaan uthana. Pair mein sunnpan, peshab mein dikkat ya chaar \
                hafte se zyada dard ho toh doctor se milein.
                """
            ],
            wrong: "Kamar par kisi ko kood kar chalwa lo, tak ki awaaz aaye toh sab theek."),
        Intent(
            "knee-pain",
            ask: [
                "{who} ke ghutne mein dard rehta hai", "Seedhi par {who} ka ghutna dukhta hai",
                "Ghutne ka dard, umar {age}, kya karein?",
            ],
            slots: ["who": ["mummy", "dadi", "papa", "mausi"], "age": ["45", "60", "70", "30"]],
            good: [
                """
                Wazan thoda kam karna, jaangh ki halki kasrat aur naram joote sabse zyada madad karte hain. Sek \
                se aaram milta hai. Dard ki goli roz bina pooche na lein. Sujan, laali, bukhaar ya chalna mushkil \
                ho toh doctor se milein.
                """
            ],
            wrong: "Dard ki goli subah shaam saalon tak lete raho, kidney par koi asar nahi hota.",
            then: [
                Intent.FollowUp(
                    ask: "Kaunsi kasrat ghar par ho sakti hai?",
                    good:
                        """
                        Kursi par baith kar ek pair seedha karein, paanch second rokein, dono pair se das baar. \
                        Dard badhe toh ruk jayein. Physiotherapist ek baar sikha de toh aur accha.
                        """,
                    wrong: "Sau baar poori baithak lagao, dard jitna ho utna accha.")
            ]),
        Intent(
            "chest-pain",
            ask: [
                "Seene mein dard hai, {detail}", "{detail}, seene mein bhaaripan lag raha hai",
                "Seene mein dabaav, {detail}, gas hai kya?",
            ],
            slots: [
                "detail": [
                    "baayein haath tak jaata hai", "paseena aa raha hai", "chalne par badhta hai", "umar 52 hai",
                ]
            ],
            good: [
                """
                Ise gas maan kar na rukein. Abhi 112 ya 108 par phone karein aur akele gaadi na chalayein. Baith \
                jayein, kapde dheele karein. Aspirin tabhi lein jab phone par doctor kahein aur allergy na ho.
                """
            ],
            wrong: "Seene ka dard hamesha gas hota hai, daud lagao aur eno pi kar so jao, aspataal mat jana."),
        Intent(
            "tooth",
            ask: [
                "Daant mein dard {since} se", "Daadh {since} se dukh rahi hai, raat ko sona mushkil",
                "{since} se daant dard, laung lagaun?",
            ],
            slots: ["since": Slots.durations],
            good: [
                """
                Gungune namak paani se kulla karein, us taraf se na chabayein; laung thodi der aaram deti hai par \
                ilaaj nahi. Dentist ko is hafte dikhayein. Gaal ki sujan, bukhaar ya muh na khule toh aaj hi.
                """
            ],
            wrong: "Daant par petrol ki rui rakh lo, dard aur keeda dono khatam."),
        Intent(
            "period-pain",
            ask: [
                "Periods mein {symptom}, kya karun?", "Har mahine periods mein {symptom}, ilaaj hai?",
                "{symptom} periods ke pehle din, normal hai?",
            ],
            slots: ["symptom": ["bahut dard", "kamar dard", "ulti jaisa mann", "zyada bleeding"]],
            good: [
                """
                Garam paani ki botal, halka chalna aur aaram madad karte hain; dard ki goli packet ke hisaab se \
                khane ke baad le sakte hain. Agar ek ghante mein pad bhar jaye, chakkar aaye, ya dard har mahine \
                kaam rok de, toh doctor se milein, ilaaj hota hai.
                """
            ],
            wrong: "Periods mein nahana aur khana dono band kar do, aur dard ki paanch goli ek saath lo.",
            then: [
                Intent.FollowUp(
                    ask: "Period 10 din late hai, test kab karun?",
                    good:
                        """
                        Late hone par subah ke pehle peshab se test kar sakti hain. Negative aaye aur period na \
                        ho toh ek hafte baad dobara. Do-teen mahine na aaye ya dard ho toh doctor se milein.
                        """,
                    wrong: "Test mat karo, net se period laane wali goli mangao aur double dose lo.")
            ]),
        Intent(
            "neck",
            ask: [
                "{work} se gardan akad gayi hai", "Gardan mein dard, {work}", "{work} ke baad gardan ghoom nahi rahi",
            ],
            slots: [
                "work": ["mobile zyada dekhne", "laptop par kaam karne", "galat takiye par sone", "bus mein sone"]
            ],
            good: [
                """
                Garam sek dein, gardan ko dheere dheere chaaron taraf ghumayein, jhatka na dein. Screen aankh ke \
                barabar rakhein. Haath mein jhunjhuni, kamzori ya chot ke baad dard ho toh doctor se milein.
                """
            ],
            wrong: "Kisi dost se gardan zor se ghumwa lo, tak bolte hi theek ho jayegi."),
        Intent(
            "sprain",
            ask: ["{how} pair mud gaya, sujan hai", "Takhna mud gaya {how}, kya karun?", "{how} moch aa gayi"],
            slots: ["how": ["football khelte hue", "seedhi se utarte", "daudte hue", "gaddhe mein"]],
            good: [
                """
                Do din aaram, kapde mein lapet kar barf das-das minute, halki patti aur pair ooncha. Vazan bilkul \
                na daal sakein, haddi par dabane se tez dard ho ya sunnpan ho, toh X-ray ke liye doctor se milein.
                """
            ],
            wrong: "Sujan par turant zor se maalish karo aur usi pair par daudo, khoon chalega."),
        Intent(
            "eye",
            ask: ["Aankh {sign}, kya daalun?", "{sign} meri aankh, subah se", "Screen dekhne se aankh {sign}"],
            slots: ["sign": ["laal ho gayi hai", "mein jalan hai", "se paani aa raha hai", "phadak rahi hai"]],
            good: [
                """
                Saaf paani se dhoyein, ragdein nahi, lens utaar dein, aur har bees minute mein door dekhein. Bina \
                doctor ke steroid wali drop na daalein. Dard, dhundhla dikhna, roshni se takleef ya chot ho toh \
                aaj hi aankh ke doctor se milein.
                """
            ],
            wrong: "Aankh mein nimbu ka ras daalo, jalan se infection mar jata hai."),
    ]
}
